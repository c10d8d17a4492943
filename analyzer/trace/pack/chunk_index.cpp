#include "trace/pack/chunk_index.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <span>
#include <utility>

namespace memline::trace::pack {
namespace {

bool fits(const ChunkPlace& place, std::uint64_t begin, std::uint64_t end) {
  return place.offset >= begin && place.offset <= end && place.head.bytes() <= end - place.offset;
}

/// nullopt: there is none, or it is not whole.
std::optional<std::vector<ChunkPlace>> read_index(const ByteSource& file, std::uint64_t begin, std::uint64_t size) {
  PackedEnd end{};
  if (size < begin + sizeof end) return std::nullopt;
  const std::uint64_t index_end = size - sizeof end;
  if (file.read_at(index_end, std::as_writable_bytes(std::span(&end, 1))) != sizeof end) return std::nullopt;
  if (end.magic != kEndMagic || end.index_offset < begin || end.index_offset > index_end) return std::nullopt;
  std::vector<std::byte> bytes(static_cast<std::size_t>(index_end - end.index_offset));
  if (file.read_at(end.index_offset, bytes) != bytes.size()) return std::nullopt;
  if (crc32c(0, bytes.data(), bytes.size()) != end.index_crc32c) return std::nullopt;
  std::vector<ChunkPlace> places;
  std::span<std::byte> rest(bytes);
  while (!rest.empty()) {
    ChunkPlace place;
    if (rest.size() < sizeof place.offset) return std::nullopt;
    std::memcpy(&place.offset, rest.data(), sizeof place.offset);
    rest = rest.subspan(sizeof place.offset);
    if (rest.size() < sizeof kListedMagic || std::memcmp(rest.data(), &kListedMagic, sizeof kListedMagic) != 0) {
      return std::nullopt;
    }
    std::memcpy(rest.data(), &kChunkMagic, sizeof kChunkMagic);
    auto head = parse_head(rest);
    if (!head) return std::nullopt;
    place.head = *std::move(head);
    rest = rest.subspan(place.head.head_bytes());
    if (!fits(place, begin, end.index_offset)) return std::nullopt;
    places.push_back(std::move(place));
  }
  return places;
}

class ChunkSearch {
 public:
  ChunkSearch(const ByteSource& file, std::uint64_t size) : file_(file), size_(size) {}

  std::optional<ChunkPlace> at(std::uint64_t offset) {
    const std::span<const std::byte> bytes = read(offset, kMostHeadBytes);
    auto head = parse_head(bytes);
    if (!head) return std::nullopt;
    return ChunkPlace{offset, *std::move(head)};
  }

  /// The first chunk at `offset` or behind it.
  std::optional<ChunkPlace> from(std::uint64_t offset) {
    while (offset + sizeof(ChunkHeader) <= size_) {
      const std::span<const std::byte> bytes = read(offset, kWindow);
      if (bytes.size() < sizeof(ChunkHeader)) return std::nullopt;
      const std::size_t found = find_magic(bytes);
      if (found != 0) {
        offset += found;
        continue;
      }
      if (auto place = at(offset)) return place;
      ++offset;
    }
    return std::nullopt;
  }

 private:
  static constexpr std::size_t kWindow = std::size_t{1} << 20;

  /// How far off the next magic number is; where there is none, how far it is safe to go on.
  static std::size_t find_magic(std::span<const std::byte> bytes) {
    const auto magic = std::as_bytes(std::span(&kChunkMagic, 1));
    const auto found = std::search(bytes.begin(), bytes.end(), magic.begin(), magic.end());
    const auto off = static_cast<std::size_t>(found - bytes.begin());
    return found == bytes.end() ? bytes.size() - (magic.size() - 1) : off;
  }

  std::span<const std::byte> read(std::uint64_t offset, std::size_t bytes) {
    const bool held = offset >= begin_ && offset - begin_ <= window_.size() &&
                      (window_.size() - (offset - begin_) >= bytes || begin_ + window_.size() == size_);
    if (!held) {
      window_.resize(static_cast<std::size_t>(std::min<std::uint64_t>(2 * kWindow, size_ - offset)));
      window_.resize(file_.read_at(offset, window_));
      begin_ = offset;
    }
    const std::span<const std::byte> rest = std::span<const std::byte>(window_).subspan(offset - begin_);
    return rest.first(std::min(bytes, rest.size()));
  }

  const ByteSource& file_;
  std::uint64_t size_;
  std::uint64_t begin_ = 0;
  std::vector<std::byte> window_;
};

std::vector<ChunkPlace> look_for_chunks(const ByteSource& file, std::uint64_t begin, std::uint64_t size,
                                        Damage& damage) {
  std::vector<ChunkPlace> places;
  ChunkSearch search(file, size);
  std::uint64_t offset = begin;
  while (offset < size) {
    auto place = search.at(offset);
    if (!place) {
      place = search.from(offset + 1);
      // what lies behind the last chunk may be the rest of an index
      if (!place) break;
      damage.add(
          "no chunk of a packed trace from offset " + std::to_string(offset) + " to " + std::to_string(place->offset),
          0);
    }
    if (!fits(*place, begin, size)) {
      damage.add("the file ends within the chunk at offset " + std::to_string(place->offset), 0);
      break;
    }
    offset = place->offset + place->head.bytes();
    places.push_back(*std::move(place));
  }
  return places;
}

}  // namespace

std::vector<ChunkPlace> find_chunks(const ByteSource& file, std::uint64_t begin, Damage& damage) {
  const std::uint64_t size = file.size();
  if (auto places = read_index(file, begin, size)) return *std::move(places);
  damage.add("the index at the end of the packed trace is missing or damaged", 0);
  return look_for_chunks(file, begin, size, damage);
}

}  // namespace memline::trace::pack
