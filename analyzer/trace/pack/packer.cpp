#include "trace/pack/packer.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <map>
#include <utility>
#include <vector>

#include "memline/trace_block.h"
#include "trace/pack/append_object.h"
#include "trace/pack/chunk.h"
#include "trace/pack/format.h"

namespace memline::trace::pack {
namespace {

/// So many blocks are read before those of each lane are packed: with a few lanes their chunks become full, with a
/// thousand they hold one block or two.
constexpr std::size_t kRunBlocks = 256;
constexpr std::uint32_t kNoLane = 0xffffffff;

class Packing {
 public:
  Packing(const ByteSource& raw, PackSink& sink, int level) : raw_(raw), sink_(sink), packer_(level) {}

  std::optional<Error> begin();
  bool at_end() const { return next_ >= count_; }
  std::optional<Error> next_run();
  std::optional<Error> finish();
  PackedSizes sizes() const { return {used_bytes_, offset_}; }

 private:
  struct Lane {
    std::vector<ChunkBlock> blocks;
    std::vector<std::span<const std::byte>> contents;
  };
  using LaneKey = std::pair<std::uint32_t, std::uint32_t>;  ///< image and lane

  Error error(std::string message) const { return Error{.message = std::move(message), .path = raw_.name()}; }
  void add_block(std::uint32_t number, std::span<const std::byte> bytes, std::map<LaneKey, Lane>& lanes) const;
  std::optional<Error> write_chunk(const LaneKey& key, const Lane& lane, std::size_t first, std::size_t count);
  std::optional<Error> write(std::span<const std::byte> bytes);

  const ByteSource& raw_;
  PackSink& sink_;
  ChunkPacker packer_;
  TraceHeader trace_header_{};
  PackedHeader header_{};
  std::vector<std::byte> page_rest_, run_, chunk_, index_;
  std::uint64_t raw_bytes_ = 0, used_bytes_ = 0, offset_ = 0;
  std::uint32_t next_ = 0, count_ = 0;
};

std::optional<Error> Packing::begin() {
  raw_bytes_ = raw_.size();
  std::vector<std::byte> page(kHeaderBytes);
  const std::size_t got = raw_.read_at(0, page);
  if (got < sizeof trace_header_) return error("is cut within its header");
  std::memcpy(&trace_header_, page.data(), sizeof trace_header_);
  if (trace_header_.magic != kFileMagic) return error("is not a memline trace");
  if (!is_readable_version(trace_header_.version) || trace_header_.header_bytes != kHeaderBytes ||
      trace_header_.block_bytes != kBlockBytes) {
    return error("is a trace of another version");
  }
  while (page.size() > sizeof trace_header_ && page.back() == std::byte{0}) page.pop_back();
  page_rest_.assign(page.begin() + sizeof trace_header_, page.end());
  used_bytes_ = got;
  std::uint64_t count = raw_bytes_ > kHeaderBytes ? (raw_bytes_ - kHeaderBytes + kBlockBytes - 1) / kBlockBytes : 0;
  count_ = static_cast<std::uint32_t>(std::min<std::uint64_t>(count, std::numeric_limits<std::uint32_t>::max()));
  run_.resize(std::min<std::size_t>(kRunBlocks, count_) * kBlockBytes);
  offset_ = sizeof(TraceHeader) + sizeof(PackedHeader) + page_rest_.size();
  return std::nullopt;
}

void Packing::add_block(std::uint32_t number, std::span<const std::byte> bytes, std::map<LaneKey, Lane>& lanes) const {
  BlockHeader header{};
  const BlockFault fault = check_block(bytes, header);
  if (fault == BlockFault::kUnused &&
      std::all_of(bytes.begin(), bytes.end(), [](std::byte b) { return b == std::byte{0}; })) {
    return;
  }
  ChunkBlock block;
  block.number = number;
  // a header that the directory could not give back, or bytes that are no readable block, stay as they are
  if (fault != BlockFault::kNone || header.reserved != 0) {
    block.form = BlockForm::kWhole;
    block.payload_bytes = static_cast<std::uint32_t>(bytes.size());
    Lane& lane = lanes[{kNoLane, kNoLane}];
    lane.blocks.push_back(block);
    lane.contents.push_back(bytes);
    return;
  }
  const bool sealed = header.state == static_cast<std::uint32_t>(BlockState::kSealed);
  block.form = sealed ? BlockForm::kColumnsSealed : BlockForm::kColumnsOpen;
  block.payload_bytes = header.payload_bytes;
  block.sequence = header.sequence;
  block.crc32c = header.crc32c;
  block.base_ticks = header.base_ticks;
  Lane& lane = lanes[{header.image, header.lane}];
  lane.blocks.push_back(block);
  lane.contents.push_back(bytes.subspan(sizeof header, header.payload_bytes));
}

std::optional<Error> Packing::next_run() {
  const std::uint64_t begin = kHeaderBytes + std::uint64_t{next_} * kBlockBytes;
  const std::uint64_t wanted = std::min<std::uint64_t>(run_.size(), raw_bytes_ - begin);
  const std::span<std::byte> bytes = std::span(run_).first(static_cast<std::size_t>(wanted));
  if (raw_.read_at(begin, bytes) != bytes.size()) return error("cannot be read to its end");
  std::map<LaneKey, Lane> lanes;
  for (std::size_t at = 0; at < bytes.size(); at += kBlockBytes, ++next_) {
    add_block(next_, bytes.subspan(at, std::min(kBlockBytes, bytes.size() - at)), lanes);
  }
  for (const auto& [key, lane] : lanes) {
    for (std::size_t first = 0; first < lane.blocks.size(); first += kMostChunkBlocks) {
      const std::size_t count = std::min(kMostChunkBlocks, lane.blocks.size() - first);
      if (auto failed = write_chunk(key, lane, first, count)) return failed;
    }
  }
  return std::nullopt;
}

std::optional<Error> Packing::write_chunk(const LaneKey& key, const Lane& lane, std::size_t first, std::size_t count) {
  const auto part = [&](const auto& all) {
    const auto begin = all.begin() + static_cast<std::ptrdiff_t>(first);
    return std::decay_t<decltype(all)>(begin, begin + static_cast<std::ptrdiff_t>(count));
  };
  chunk_.clear();
  if (!packer_.pack(key.first, key.second, part(lane.blocks), part(lane.contents), chunk_)) {
    return error("cannot be packed: out of memory");
  }
  header_.blocks += static_cast<std::uint32_t>(count);
  for (std::size_t i = 0; i < count; ++i) used_bytes_ += sizeof(BlockHeader) + lane.blocks[first + i].payload_bytes;
  append_object(index_, offset_);
  ChunkHeader header{};
  std::memcpy(&header, chunk_.data(), sizeof header);
  const auto head_end = chunk_.begin() + static_cast<std::ptrdiff_t>(sizeof header + header.directory_bytes);
  const std::size_t listed = index_.size();
  index_.insert(index_.end(), chunk_.begin(), head_end);
  std::memcpy(index_.data() + listed + offsetof(ChunkHeader, magic), &kListedMagic, sizeof kListedMagic);
  return write(chunk_);
}

std::optional<Error> Packing::write(std::span<const std::byte> bytes) {
  auto failed = sink_.write_at(offset_, bytes);
  offset_ += bytes.size();
  return failed;
}

std::optional<Error> Packing::finish() {
  const PackedEnd end{offset_, crc32c(0, index_.data(), index_.size()), kEndMagic};
  if (auto failed = write(index_)) return failed;
  if (auto failed = write(std::as_bytes(std::span(&end, 1)))) return failed;
  header_.version = kPackedVersion;
  header_.raw_bytes = raw_bytes_;
  header_.page_rest_bytes = static_cast<std::uint32_t>(page_rest_.size());
  trace_header_.block_bytes = kPackedMark;
  std::vector<std::byte> bytes;
  append_object(bytes, trace_header_);
  append_object(bytes, header_);
  bytes.insert(bytes.end(), page_rest_.begin(), page_rest_.end());
  header_.crc32c = crc32c(0, bytes.data(), bytes.size());
  std::memcpy(bytes.data() + sizeof trace_header_, &header_, sizeof header_);
  return sink_.write_at(0, bytes);
}

}  // namespace

bool is_packed(const ByteSource& source) {
  TraceHeader header{};
  return source.read_at(0, std::as_writable_bytes(std::span(&header, 1))) == sizeof header &&
         header.magic == kFileMagic && header.block_bytes == kPackedMark;
}

Result<PackedSizes> pack(const ByteSource& raw, PackSink& sink, int level, const std::function<bool()>& stop) {
  if (is_packed(raw)) return Error{.message = "is packed already", .path = raw.name()};
  Packing packing(raw, sink, level);
  if (auto failed = packing.begin()) return *failed;
  while (!packing.at_end()) {
    if (stop && stop()) return Error{.message = "packing was interrupted", .path = raw.name()};
    if (auto failed = packing.next_run()) return *failed;
  }
  if (auto failed = packing.finish()) return *failed;
  return packing.sizes();
}

}  // namespace memline::trace::pack
