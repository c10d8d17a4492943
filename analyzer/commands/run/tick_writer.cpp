#include "commands/run/tick_writer.h"

#include <time.h>
#include <unistd.h>

#include <cstring>
#include <span>
#include <type_traits>

#include "memline/trace_format.h"

#if defined(__x86_64__)
#include <x86intrin.h>
#endif

namespace memline::commands {
namespace {

std::uint64_t monotonic_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000U + static_cast<std::uint64_t>(now.tv_nsec);
}

bool write_at(int fd, const void* data, std::size_t size, std::uint64_t offset) {
  return ::pwrite(fd, data, size, static_cast<off_t>(offset)) == static_cast<ssize_t>(size);
}

/// Reads one record if it is of type Record. True if it was; `clock` is filled in by an ImageStart.
template <class Record>
bool read_record(std::byte type, trace::Decoder& decoder, trace::DeltaState& state, std::optional<TraceClock>& clock) {
  if (type != static_cast<std::byte>(Record::kType)) return false;
  Record record{};
  Record::fields(decoder, state, record);
  if constexpr (std::is_same_v<Record, trace::ImageStart>) {
    if (decoder.ok() && record.time_shift < 64) clock = TraceClock{record.time_shift, record.ticks_are_ns != 0};
  }
  return decoder.ok();
}

template <class... Records>
std::optional<TraceClock> find_clock(std::span<const std::byte> payload, trace::TypeList<Records...> /*types*/) {
  trace::DeltaState state;
  std::optional<TraceClock> clock;
  while (!clock && !payload.empty()) {
    trace::Decoder decoder(payload.subspan(1));
    if (!(read_record<Records>(payload[0], decoder, state, clock) || ...)) break;
    payload = payload.subspan(static_cast<std::size_t>(decoder.position() - payload.data()));
  }
  return clock;
}

}  // namespace

std::optional<TraceClock> TraceClock::read(int fd) {
  // the first block is the first thread's, and ImageStart is among its first records
  std::vector<std::byte> bytes(trace::kBlockBytes);
  const ssize_t size = ::pread(fd, bytes.data(), bytes.size(), static_cast<off_t>(block_start(0)));
  trace::BlockHeader header;
  if (size < static_cast<ssize_t>(sizeof header)) return std::nullopt;
  std::memcpy(&header, bytes.data(), sizeof header);
  const std::size_t payload = static_cast<std::size_t>(size) - sizeof header;
  if (header.magic != trace::kBlockMagic || header.payload_bytes > payload) return std::nullopt;
  return find_clock(std::span(bytes).subspan(sizeof header, header.payload_bytes), trace::AllRecords{});
}

std::uint64_t TraceClock::now() const {
#if defined(__x86_64__)
  if (!ticks_are_ns) return __rdtsc() >> time_shift;
#endif
  return monotonic_ns() >> time_shift;
}

bool TickWriter::start_block(std::uint64_t ticks) {
  const std::uint32_t image = trace_.image();
  if (image != image_) sequence_ = 0;
  image_ = image;
  std::uint32_t index = 0;
  if (!trace_.claim(index)) return false;
  block_offset_ = block_start(index);
  trace::BlockHeader header{};
  header.magic = trace::kBlockMagic;
  header.state = static_cast<std::uint32_t>(trace::BlockState::kOpen);
  header.lane = trace::kWatcherLane;
  header.image = image_;
  header.sequence = sequence_++;
  header.base_ticks = ticks;
  block_.resize(sizeof header);
  std::memcpy(block_.data(), &header, sizeof header);
  state_ = {};
  state_.time_ticks = ticks;
  return write_at(trace_.fd(), &header, sizeof header, block_offset_);
}

bool TickWriter::append(std::uint64_t ticks, std::uint64_t rss_pages) {
  const std::size_t old_size = block_.size();
  block_.resize(trace::kBlockBytes);
  std::byte* position = block_.data() + old_size;
  const bool fits =
      trace::encode(position, block_.data() + block_.size(), state_, trace::Tick{ticks, monotonic_ns(), rss_pages});
  block_.resize(static_cast<std::size_t>(position - block_.data()));
  if (!fits) return false;
  const auto payload = static_cast<std::uint32_t>(block_.size() - sizeof(trace::BlockHeader));
  constexpr std::size_t kLength = offsetof(trace::BlockHeader, payload_bytes);
  std::memcpy(block_.data() + kLength, &payload, sizeof payload);
  // the record first, then the length that makes it part of the trace
  broken_ = !write_at(trace_.fd(), block_.data() + old_size, block_.size() - old_size, block_offset_ + old_size) ||
            !write_at(trace_.fd(), &payload, sizeof payload, block_offset_ + kLength);
  return true;
}

void TickWriter::sample(std::uint64_t rss_pages) {
  if (broken_) return;
  const std::uint64_t now = clock_.now();
  if (!block_.empty() && trace_.image() != image_) finish();
  if (block_.empty() && !start_block(now)) {
    broken_ = true;
    return;
  }
  if (append(now, rss_pages)) return;
  finish();
  broken_ = broken_ || !start_block(now) || !append(now, rss_pages);
}

void TickWriter::finish() {
  if (block_.empty()) return;
  trace::BlockHeader header;
  std::memcpy(&header, block_.data(), sizeof header);
  header.state = static_cast<std::uint32_t>(trace::BlockState::kSealed);
  header.crc32c = trace::block_checksum(header, block_.data() + sizeof header);
  if (!write_at(trace_.fd(), &header, sizeof header, block_offset_)) broken_ = true;
  block_.clear();
}

}  // namespace memline::commands
