#include "commands/run/outside_lane.h"

#include <unistd.h>

#include <cstring>

namespace memline::commands {
namespace {

bool write_at(int fd, const void* data, std::size_t size, std::uint64_t offset) {
  return ::pwrite(fd, data, size, static_cast<off_t>(offset)) == static_cast<ssize_t>(size);
}

}  // namespace

bool OutsideLane::start_block(std::uint64_t ticks) {
  std::uint32_t index = 0;
  if (!trace_.claim(index)) return false;
  block_offset_ = block_start(index);
  trace::BlockHeader header{};
  header.magic = trace::kBlockMagic;
  header.state = static_cast<std::uint32_t>(trace::BlockState::kOpen);
  header.lane = number_;
  header.image = image_;
  header.sequence = sequence_++;
  header.base_ticks = ticks;
  block_.resize(sizeof header);
  std::memcpy(block_.data(), &header, sizeof header);
  written_ = sizeof header;
  state_ = {};
  state_.time_ticks = ticks;
  return write_at(trace_.fd(), &header, sizeof header, block_offset_);
}

void OutsideLane::flush() {
  if (block_.size() <= written_ || broken_) return;
  const auto payload = static_cast<std::uint32_t>(block_.size() - sizeof(trace::BlockHeader));
  constexpr std::size_t kLength = offsetof(trace::BlockHeader, payload_bytes);
  std::memcpy(block_.data() + kLength, &payload, sizeof payload);
  // the records first, then the length that makes them part of the trace
  if (!write_at(trace_.fd(), block_.data() + written_, block_.size() - written_, block_offset_ + written_) ||
      !write_at(trace_.fd(), &payload, sizeof payload, block_offset_ + kLength)) {
    fail();
  }
  written_ = block_.size();
}

void OutsideLane::seal() {
  if (block_.empty()) return;
  flush();
  trace::BlockHeader header;
  std::memcpy(&header, block_.data(), sizeof header);
  header.payload_bytes = static_cast<std::uint32_t>(block_.size() - sizeof header);
  header.state = static_cast<std::uint32_t>(trace::BlockState::kSealed);
  header.crc32c = trace::block_checksum(header, block_.data() + sizeof header);
  // a program that ended meanwhile may have cut the file within this block: it becomes whole again
  const std::byte last{};
  if (!write_at(trace_.fd(), &header, sizeof header, block_offset_) ||
      (block_.size() < trace::kBlockBytes &&
       !write_at(trace_.fd(), &last, 1, block_offset_ + trace::kBlockBytes - 1))) {
    fail();
  }
  block_.clear();
}

}  // namespace memline::commands
