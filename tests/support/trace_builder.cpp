#include "support/trace_builder.h"

#include <cstring>
#include <fstream>

namespace memline::testing {

TraceBuilder::TraceBuilder() {
  header_.magic = trace::kFileMagic;
  header_.version = trace::kVersion;
  header_.header_bytes = trace::kHeaderBytes;
  header_.block_bytes = trace::kBlockBytes;
  header_.page_bytes = 4096;
  header_.pid = 100;
  header_.images = 1;
  header_.exit_kind = static_cast<std::uint32_t>(trace::ExitKind::kExit);
  for (std::size_t i = 0; i < header_.trace_id.size(); ++i) header_.trace_id[i] = static_cast<std::uint8_t>(i + 1);
}

trace::ImageStart TraceBuilder::image_start() {
  return {.ticks = 0,
          .monotonic_ns = 1'000'000,
          .realtime_ns = 1'700'000'000'000'000'000,
          .pid = 100,
          .parent_pid = 1,
          .page_bytes = 4096,
          .time_shift = 0,
          .ticks_are_ns = 1,
          .weight = 1,
          .free_stacks = 1,
          .paused = 0,
          .max_frames = 512,
          .executable = "/bin/guest",
          .command_line = std::string_view("guest\0arg\0", 10),
          .working_dir = "/tmp",
          .host = "host",
          .allocator = "/lib/libc.so.6",
          .unwinder = "memline"};
}

trace::Module TraceBuilder::module(std::uint32_t number, std::string_view path) {
  return {.module = number,
          .generation = 0,
          .begin = 0x400000,
          .end = 0x500000,
          .bias = 0x400000,
          .main_executable = number == 1 ? 1U : 0U,
          .build_id = "build-id-of-the-guest",
          .path = path};
}

void TraceBuilder::begin_image(const trace::ImageStart& start) {
  if (has_image_) {
    ++image_;
    ++header_.images;
    lanes_.clear();
  }
  has_image_ = true;
  lanes_[0].last_ticks = start.ticks;
  add(0, start);
  thread(0, 0, "main");
  add(0, module(1, start.executable));
}

void TraceBuilder::thread(std::uint32_t lane, std::uint32_t number, std::string_view name) {
  add(lane, trace::Thread{.thread = number, .tid = 100 + number, .name = name});
}

std::uint32_t TraceBuilder::stack(std::uint32_t lane, std::initializer_list<std::uint64_t> offsets,
                                  trace::StackEnd end) {
  open_block(lane);
  trace::Stack record{};
  record.first_id = lanes_[lane].next_stack;
  record.end = end;
  for (const std::uint64_t offset : offsets) record.frames.at(record.count++) = {1, offset, false};
  lanes_[lane].next_stack += record.count;
  add(lane, record);
  return record.first_id + record.count - 1;
}

TraceBuilder::Block& TraceBuilder::open_block(std::uint32_t number) {
  Lane& lane = lanes_[number];
  if (!lane.open) {
    Block block;
    block.header = {.magic = trace::kBlockMagic,
                    .crc32c = 0,
                    .state = static_cast<std::uint32_t>(trace::BlockState::kOpen),
                    .payload_bytes = 0,
                    .lane = number,
                    .image = image_,
                    .sequence = lane.next_sequence++,
                    .reserved = 0,
                    .base_ticks = lane.last_ticks};
    block.state.time_ticks = lane.last_ticks;
    lane.block = blocks_.size();
    lane.open = true;
    blocks_.push_back(std::move(block));
  }
  return blocks_[lane.block];
}

void TraceBuilder::seal(std::uint32_t number) {
  Lane& lane = lanes_[number];
  if (lane.open) lane.last_ticks = blocks_[lane.block].state.time_ticks;
  lane.open = false;
}

std::vector<trace::ForkPosition> TraceBuilder::positions() const {
  std::vector<trace::ForkPosition> positions;
  for (const auto& [number, lane] : lanes_) {
    const Block& block = blocks_[lane.block];
    positions.push_back({number, block.header.sequence, static_cast<std::uint32_t>(block.payload.size())});
  }
  return positions;
}

std::vector<std::byte> TraceBuilder::bytes(bool seal_all) const {
  std::vector<std::byte> file(trace::kHeaderBytes + blocks_.size() * trace::kBlockBytes);
  trace::TraceHeader header = header_;
  header.claimed_blocks = static_cast<std::uint32_t>(blocks_.size());
  std::memcpy(file.data(), &header, sizeof header);
  for (std::size_t i = 0; i < blocks_.size(); ++i) {
    const Block& block = blocks_[i];
    trace::BlockHeader block_header = block.header;
    block_header.payload_bytes = static_cast<std::uint32_t>(block.payload.size());
    const auto lane = lanes_.find(block_header.lane);
    const bool open =
        block_header.image == image_ && lane != lanes_.end() && lane->second.open && lane->second.block == i;
    if (seal_all || !open) {
      block_header.state = static_cast<std::uint32_t>(trace::BlockState::kSealed);
      block_header.crc32c = trace::block_checksum(block_header, block.payload.data());
    }
    std::byte* at = file.data() + trace::kHeaderBytes + i * trace::kBlockBytes;
    std::memcpy(at, &block_header, sizeof block_header);
    if (!block.payload.empty()) std::memcpy(at + sizeof block_header, block.payload.data(), block.payload.size());
  }
  return file;
}

void TraceBuilder::write(const std::string& path, bool seal_all) const {
  const std::vector<std::byte> file = bytes(seal_all);
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out.write(reinterpret_cast<const char*>(file.data()), static_cast<std::streamsize>(file.size()));
  if (!out.flush()) throw std::runtime_error("cannot write " + path);
}

replay::Recording TraceBuilder::scan() const {
  Result<replay::Recording> recording = replay::scan(trace::make_memory_source(bytes(), "memory"));
  if (!recording) throw std::runtime_error(recording.error().message);
  return std::move(recording).value();
}

}  // namespace memline::testing
