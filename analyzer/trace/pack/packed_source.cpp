#include "trace/pack/packed_source.h"

#include <algorithm>
#include <cstring>
#include <list>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "memline/trace_block.h"
#include "trace/pack/chunk_index.h"

namespace memline::trace::pack {
namespace {

using Contents = std::vector<std::vector<std::byte>>;

struct Block {
  std::uint32_t number = 0;            ///< in the raw file
  std::uint32_t chunk = 0, index = 0;  ///< which chunk, and which block of it
};

class PackedSource final : public ByteSource {
 public:
  PackedSource(std::unique_ptr<ByteSource> file, std::vector<std::byte> page, std::uint64_t raw_bytes,
               std::vector<ChunkPlace> chunks)
      : file_(std::move(file)), page_(std::move(page)), raw_bytes_(raw_bytes), chunks_(std::move(chunks)) {
    for (std::uint32_t c = 0; c < chunks_.size(); ++c) {
      const std::vector<ChunkBlock>& entries = chunks_[c].head.blocks;
      for (std::uint32_t i = 0; i < entries.size(); ++i) blocks_.push_back({entries[i].number, c, i});
    }
    std::stable_sort(blocks_.begin(), blocks_.end(),
                     [](const Block& a, const Block& b) { return a.number < b.number; });
  }

  std::uint64_t size() const override { return raw_bytes_; }
  const std::string& name() const override { return file_->name(); }

  std::size_t read_at(std::uint64_t offset, std::span<std::byte> bytes) const override {
    if (offset >= raw_bytes_) return 0;
    bytes = bytes.first(static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), raw_bytes_ - offset)));
    std::size_t done = 0;
    while (done < bytes.size()) {
      const std::uint64_t at = offset + done;
      const bool in_page = at < kHeaderBytes;
      const std::uint64_t inside = in_page ? at : (at - kHeaderBytes) % kBlockBytes;
      const std::uint64_t left = (in_page ? kHeaderBytes : kBlockBytes) - inside;
      const std::span<std::byte> part =
          bytes.subspan(done, static_cast<std::size_t>(std::min<std::uint64_t>(left, bytes.size() - done)));
      if (in_page) {
        copy_part(page_, inside, part);
      } else if (!read_block((at - kHeaderBytes) / kBlockBytes, inside, part)) {
        break;
      }
      done += part.size();
    }
    return done;
  }

 private:
  static constexpr std::size_t kMostKeptBytes = std::size_t{64} << 20;

  struct Kept {
    std::uint32_t chunk;
    std::size_t bytes;
    std::shared_ptr<const Contents> contents;
  };

  /// As if zeros followed `from`.
  static void copy_part(std::span<const std::byte> from, std::uint64_t offset, std::span<std::byte> to) {
    const std::size_t count =
        offset < from.size() ? std::min(from.size() - static_cast<std::size_t>(offset), to.size()) : 0;
    if (count != 0) std::memcpy(to.data(), from.data() + offset, count);
    std::fill(to.begin() + static_cast<std::ptrdiff_t>(count), to.end(), std::byte{0});
  }

  bool read_block(std::uint64_t number, std::uint64_t offset, std::span<std::byte> to) const {
    const auto found = std::lower_bound(blocks_.begin(), blocks_.end(), number,
                                        [](const Block& a, std::uint64_t b) { return a.number < b; });
    if (found == blocks_.end() || found->number != number) {
      copy_part({}, 0, to);
      return true;
    }
    const ChunkHead& head = chunks_[found->chunk].head;
    const ChunkBlock& entry = head.blocks[found->index];
    const bool whole = entry.form == BlockForm::kWhole;
    if (!whole && offset < sizeof(BlockHeader)) {
      const BlockHeader header = block_header(entry, head.header.image, head.header.lane);
      const std::span<std::byte> part = to.first(std::min<std::size_t>(to.size(), sizeof header - offset));
      copy_part(std::as_bytes(std::span(&header, 1)), offset, part);
      to = to.subspan(part.size());
      offset += part.size();
    }
    if (to.empty()) return true;
    const std::shared_ptr<const Contents> contents = unpacked(found->chunk);
    if (contents == nullptr) return false;
    copy_part((*contents)[found->index], whole ? offset : offset - sizeof(BlockHeader), to);
    return true;
  }

  std::shared_ptr<const Contents> unpacked(std::uint32_t chunk) const {
    {
      const std::lock_guard lock(mutex_);
      const auto found = std::find_if(kept_.begin(), kept_.end(), [&](const Kept& k) { return k.chunk == chunk; });
      if (found != kept_.end()) {
        kept_.splice(kept_.begin(), kept_, found);
        return kept_.front().contents;
      }
    }
    // Others may read meanwhile; that two threads unpack one chunk is rare, as lanes do not share chunks.
    const ChunkPlace& place = chunks_[chunk];
    std::vector<std::byte> body(place.head.header.body_bytes);
    std::shared_ptr<const Contents> contents;
    std::size_t bytes = 0;
    if (file_->read_at(place.offset + place.head.head_bytes(), body) == body.size()) {
      if (auto blocks = unpack_chunk(place.head, body)) {
        for (const auto& block : *blocks) bytes += block.size();
        contents = std::make_shared<const Contents>(*std::move(blocks));
      }
    }
    const std::lock_guard lock(mutex_);
    kept_.push_front({chunk, bytes, contents});
    kept_bytes_ += bytes;
    while (kept_.size() > 1 && (kept_bytes_ > kMostKeptBytes || kept_.size() > kMostKept)) {
      kept_bytes_ -= kept_.back().bytes;
      kept_.pop_back();
    }
    return contents;
  }

  /// A thousand threads take so many small chunks at once.
  static constexpr std::size_t kMostKept = 2048;

  std::unique_ptr<ByteSource> file_;
  std::vector<std::byte> page_;
  std::uint64_t raw_bytes_;
  std::vector<ChunkPlace> chunks_;
  std::vector<Block> blocks_;  ///< by number
  mutable std::mutex mutex_;
  mutable std::list<Kept> kept_;  ///< the one used last first; without contents: it is damaged
  mutable std::size_t kept_bytes_ = 0;
};

}  // namespace

Result<std::unique_ptr<ByteSource>> open_packed(std::unique_ptr<ByteSource> file, Damage& damage) {
  const auto error = [&](std::string message) { return Error{.message = std::move(message), .path = file->name()}; };
  TraceHeader trace_header{};
  PackedHeader header{};
  std::vector<std::byte> bytes(sizeof trace_header + kHeaderBytes);
  bytes.resize(file->read_at(0, bytes));
  if (bytes.size() < sizeof trace_header + sizeof header) return error("is cut within its header");
  std::memcpy(&trace_header, bytes.data(), sizeof trace_header);
  std::memcpy(&header, bytes.data() + sizeof trace_header, sizeof header);
  if (header.version != kPackedVersion || !is_readable_version(trace_header.version)) {
    return error("is a packed trace of version " + std::to_string(header.version) + "." +
                 std::to_string(trace_header.version) + "; this memline reads versions " +
                 std::to_string(kPackedVersion) + "." + std::to_string(kOldestVersion) + " to " +
                 std::to_string(kPackedVersion) + "." + std::to_string(kVersion) + " only");
  }
  const std::size_t head_bytes = sizeof trace_header + sizeof header;
  if (header.page_rest_bytes > kHeaderBytes - sizeof trace_header ||
      bytes.size() - head_bytes < header.page_rest_bytes) {
    return error("is cut within its header");
  }
  bytes.resize(head_bytes + header.page_rest_bytes);
  const std::uint32_t checksum = std::exchange(header.crc32c, 0);
  std::memcpy(bytes.data() + sizeof trace_header, &header, sizeof header);
  if (crc32c(0, bytes.data(), bytes.size()) != checksum) return error("has a damaged header");

  // Each block takes a byte at least, so that no number makes a reader loop for longer than the file is.
  const std::uint64_t most_blocks = file->size() + (std::uint64_t{1} << 16);
  if (header.raw_bytes > kHeaderBytes + most_blocks * kBlockBytes) return error("says it is larger than it can be");
  std::vector<ChunkPlace> chunks = find_chunks(*file, bytes.size(), damage);
  std::uint64_t found = 0;
  for (const ChunkPlace& chunk : chunks) found += chunk.head.blocks.size();
  if (found < header.blocks) {
    damage.add(std::to_string(header.blocks - found) + " block(s) of the packed trace are missing",
               header.blocks - found);
  }
  trace_header.block_bytes = kBlockBytes;
  std::vector<std::byte> page(sizeof trace_header + header.page_rest_bytes);
  std::memcpy(page.data(), &trace_header, sizeof trace_header);
  std::copy(bytes.begin() + static_cast<std::ptrdiff_t>(head_bytes), bytes.end(),
            page.begin() + static_cast<std::ptrdiff_t>(sizeof trace_header));
  return std::unique_ptr<ByteSource>(
      std::make_unique<PackedSource>(std::move(file), std::move(page), header.raw_bytes, std::move(chunks)));
}

}  // namespace memline::trace::pack
