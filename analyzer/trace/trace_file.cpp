#include "trace/trace_file.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <tuple>

#include "base/counted.h"
#include "trace/pack/packed_source.h"
#include "trace/pack/packer.h"

namespace memline::trace {
namespace {

constexpr std::uint64_t kManyUnused = 1024;

}  // namespace

Result<std::shared_ptr<const TraceFile>> TraceFile::open(const std::string& path) {
  Result<std::unique_ptr<ByteSource>> source = open_file_source(path);
  if (!source) return source.error();
  return open(std::move(source).value());
}

Result<std::shared_ptr<const TraceFile>> TraceFile::open(std::unique_ptr<ByteSource> source) {
  Damage damage;
  if (pack::is_packed(*source)) {
    Result<std::unique_ptr<ByteSource>> unpacked = pack::open_packed(std::move(source), damage);
    if (!unpacked) return unpacked.error();
    source = std::move(unpacked).value();
  }
  std::shared_ptr<TraceFile> file(new TraceFile(std::move(source)));
  file->damage_ = std::move(damage);
  if (std::optional<Error> error = file->read_header()) return *error;
  file->index_blocks();
  file->group_lanes();
  return std::shared_ptr<const TraceFile>(std::move(file));
}

std::optional<Error> TraceFile::read_header() {
  const auto error = [&](std::string message) { return Error{.message = std::move(message), .path = source_->name()}; };
  file_bytes_ = source_->size();
  std::array<std::byte, sizeof(TraceHeader)> bytes{};
  const std::size_t got = source_->read_at(0, bytes);
  if (got == 0) return error("is empty");
  std::memcpy(&header_, bytes.data(), sizeof header_);
  if (got < kFileMagic.size() || header_.magic != kFileMagic) return error("is not a memline trace");
  if (got < offsetof(TraceHeader, version) + sizeof header_.version) return error("is cut within its header");
  if (!is_readable_version(header_.version)) {
    return error("is a trace of version " + std::to_string(header_.version) + "; this memline reads versions " +
                 std::to_string(kOldestVersion) + " to " + std::to_string(kVersion) + " only");
  }
  if (got < sizeof header_) return error("is cut within its header");
  if (header_.header_bytes != kHeaderBytes || header_.block_bytes != kBlockBytes) {
    return error("has blocks of " + std::to_string(header_.block_bytes) + " bytes after a header of " +
                 std::to_string(header_.header_bytes) + "; this memline reads " + std::to_string(kBlockBytes) +
                 " after " + std::to_string(kHeaderBytes));
  }
  return std::nullopt;
}

void TraceFile::index_blocks() {
  std::uint64_t count = 0;
  if (file_bytes_ > kHeaderBytes) count = (file_bytes_ - kHeaderBytes + kBlockBytes - 1) / kBlockBytes;
  count = std::min<std::uint64_t>(count, std::numeric_limits<std::uint32_t>::max());
  std::uint64_t unused_in_a_row = 0;
  for (std::uint64_t number = 0; number < count; ++number) {
    BlockRef ref;
    ref.number = static_cast<std::uint32_t>(number);
    const std::uint64_t offset = ref.offset();
    const std::uint64_t available = file_bytes_ - offset;
    std::array<std::byte, sizeof(BlockHeader)> bytes{};
    const std::size_t got = source_->read_at(offset, bytes);
    BlockHeader header{};
    std::memcpy(&header, bytes.data(), sizeof header);
    if (header.magic == 0 && header.payload_bytes == 0) {  // reserved, never used
      // More than anybody reserves ahead: a file of terabytes in which nearly nothing was written.
      if (++unused_in_a_row >= kManyUnused) {
        const std::uint64_t data = source_->next_data(offset + kBlockBytes);
        if (data >= file_bytes_) break;
        number = std::max(number, (data - kHeaderBytes) / kBlockBytes - 1);
        unused_in_a_row = 0;
      }
      continue;
    }
    unused_in_a_row = 0;
    if (got < sizeof header) {
      damage_.add_block(offset, "the file ends within its header", 1);
      continue;
    }
    if (header.magic != kBlockMagic) {
      damage_.add_block(offset, "is not a block of a trace", 1);
      continue;
    }
    if (header.payload_bytes > kPayloadBytes) {
      damage_.add_block(offset, "says it holds more than a block can", 1);
      continue;
    }
    ref.sealed = header.state == static_cast<std::uint32_t>(BlockState::kSealed);
    if (!ref.sealed && header.state != static_cast<std::uint32_t>(BlockState::kOpen)) {
      damage_.add_block(offset, "is neither open nor sealed", 1);
      continue;
    }
    ref.image = header.image;
    ref.lane = header.lane;
    ref.sequence = header.sequence;
    ref.payload_bytes = header.payload_bytes;
    if (header.payload_bytes > available - sizeof header) {
      // The records before the cut are still good; no checksum can tell for them.
      damage_.add_block(offset, "the file ends within it", 1);
      ref.payload_bytes = static_cast<std::uint32_t>(available - sizeof header);
      ref.sealed = false;
    }
    blocks_.push_back(ref);
  }
  // Blocks that were handed out but lie beyond the end: normal only where the recording ran out of room.
  const bool ran_full = header_.lost_events[static_cast<std::size_t>(Loss::kTraceFull)] != 0;
  if (header_.claimed_blocks > count && !ran_full) {
    damage_.add("the file ends before its last " + counted(header_.claimed_blocks - count, "block", "blocks"), 0);
  }
}

void TraceFile::group_lanes() {
  std::stable_sort(blocks_.begin(), blocks_.end(), [](const BlockRef& a, const BlockRef& b) {
    return std::tie(a.image, a.lane, a.sequence) < std::tie(b.image, b.lane, b.sequence);
  });
  const std::span<const BlockRef> all(blocks_);
  for (std::size_t begin = 0; begin < all.size();) {
    std::size_t end = begin;
    while (end < all.size() && all[end].image == all[begin].image && all[end].lane == all[begin].lane) ++end;
    lanes_.push_back({all[begin].image, all[begin].lane, all.subspan(begin, end - begin)});
    if (images_.empty() || images_.back() != all[begin].image) images_.push_back(all[begin].image);
    begin = end;
  }
}

std::span<const LaneBlocks> TraceFile::lanes(std::uint32_t image) const {
  const auto [first, last] =
      std::equal_range(lanes_.begin(), lanes_.end(), LaneBlocks{image, 0, {}},
                       [](const LaneBlocks& a, const LaneBlocks& b) { return a.image < b.image; });
  return {first, last};
}

}  // namespace memline::trace
