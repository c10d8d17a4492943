#include "file_window.h"

#include "own_memory.h"
#include "sys.h"

namespace memline::capture {
namespace {

using trace::kBlockBytes;
using trace::kHeaderBytes;

constexpr std::uint64_t kLargestPiece = std::uint64_t{16} << 20;
constexpr std::uint64_t kSmallestPiece = std::uint64_t{4} << 20;
static_assert(kSmallestPiece % kBlockBytes == 0);
static_assert(kLargestPiece / kBlockBytes <= UINT16_MAX);

}  // namespace

bool FileWindow::open(int fd, bool may_map) noexcept {
  opened_.fetch_add(1);
  for (auto& count : retired_blocks_) count.store(0, std::memory_order_relaxed);
  const std::uint64_t address_space = sys::soft_limit(RLIMIT_AS);
  for (mapped_ = may_map;; mapped_ = false) {
    piece_bytes_ = kLargestPiece;
    while (piece_bytes_ > address_space / 32 && piece_bytes_ > kSmallestPiece) piece_bytes_ /= 2;
    for (;; piece_bytes_ /= 2) {
      std::byte* const first = map_pieces(fd, 0, 1);
      pieces_[0].store(first, std::memory_order_relaxed);
      if (first != nullptr) return true;
      if (piece_bytes_ <= kSmallestPiece) break;
    }
    if (!mapped_) return false;
  }
}

std::byte* FileWindow::map_pieces(int fd, std::size_t index, std::size_t count) const noexcept {
  constexpr int kAccess = PROT_READ | PROT_WRITE;
  const std::uint64_t bytes = bytes_of(index) + (count - 1) * piece_bytes_;
  void* const at = own_place(bytes);
  void* const memory = mapped_ ? sys::map(at, bytes, kAccess, MAP_SHARED | MAP_NORESERVE, fd, offset_of(index))
                               : sys::map(at, bytes, kAccess, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE);
  if (memory == nullptr) return nullptr;
  sys::madvise(memory, bytes, MADV_DONTDUMP);
  // What mlockall(MCL_FUTURE) locks cannot be let go of block by block.
  sys::call(SYS_munlock, sys::as_long(memory), static_cast<long>(bytes));
  return static_cast<std::byte*>(memory);
}

std::byte* FileWindow::block(std::uint64_t index) const noexcept {
  const std::uint64_t at = index * kBlockBytes;
  const std::uint64_t piece = at / piece_bytes_;
  if (piece >= kMostPieces) return nullptr;
  std::byte* const begin = pieces_[piece].load(std::memory_order_acquire);
  return begin == nullptr ? nullptr : begin + at % piece_bytes_ + (piece == 0 ? kHeaderBytes : 0);
}

bool FileWindow::show(int fd, std::uint64_t index) noexcept {
  const std::uint64_t piece = index * kBlockBytes / piece_bytes_;
  if (piece >= kMostPieces) return false;
  if (pieces_[piece].load(std::memory_order_acquire) != nullptr) return true;
  const std::uint32_t opened = opened_.load();
  std::byte* const fresh = map_pieces(fd, piece, 1);
  if (fresh == nullptr) return false;
  std::byte* none = nullptr;
  if (opened_.load() != opened) {  // of the parent's file
    sys::unmap(fresh, bytes_of(piece));
    return false;
  }
  if (!pieces_[piece].compare_exchange_strong(none, fresh)) sys::unmap(fresh, bytes_of(piece));
  return true;
}

void FileWindow::show_ahead(int fd, std::uint64_t index) noexcept {
  std::size_t first = index * kBlockBytes / piece_bytes_;
  while (first < kMostPieces && pieces_[first].load(std::memory_order_relaxed) != nullptr) ++first;
  // As with all of it mapped at the start: most of a limit is left to the program.
  const std::uint64_t most = sys::soft_limit(RLIMIT_AS) / 8 / piece_bytes_;
  std::size_t count = first < kMostPieces ? kMostPieces - first : 0;
  if (count > most) count = most;
  if (count == 0) return;
  std::byte* const memory = map_pieces(fd, first, count);
  if (memory == nullptr) return;
  std::byte* at = memory;
  for (std::size_t i = first; i < first + count; ++i, at += piece_bytes_) {
    std::byte* none = nullptr;
    if (!pieces_[i].compare_exchange_strong(none, at)) sys::unmap(at, piece_bytes_);
  }
}

void FileWindow::retire(const std::byte* block) noexcept {
  const std::size_t index = piece_at(block);
  if (index == 0 || index == kMostPieces) return;  // the first has the header
  const auto blocks = static_cast<std::uint16_t>(piece_bytes_ / kBlockBytes);
  if (retired_blocks_[index].fetch_add(1) + 1 != blocks) return;
  sys::unmap(pieces_[index].exchange(nullptr), piece_bytes_);
}

std::size_t FileWindow::piece_at(const std::byte* at) const noexcept {
  const auto address = reinterpret_cast<std::uint64_t>(at);
  std::size_t index = 0;
  for (; index < kMostPieces; ++index) {
    const Range range = piece(index);
    if (range.begin != 0 && address - range.begin < range.bytes) break;
  }
  return index;
}

std::uint64_t FileWindow::file_offset(const std::byte* at) const noexcept {
  const std::size_t index = piece_at(at);
  return index == kMostPieces ? kNowhere
                              : offset_of(index) + (reinterpret_cast<std::uint64_t>(at) - piece(index).begin);
}

FileWindow::Range FileWindow::piece(std::size_t index) const noexcept {
  const std::byte* const begin = pieces_[index].load(std::memory_order_acquire);
  if (begin == nullptr) return {};
  return {reinterpret_cast<std::uint64_t>(begin), bytes_of(index)};
}

void FileWindow::abandon(bool keep_memory) noexcept {
  for (std::size_t i = 0; i < kMostPieces; ++i) {
    std::byte* const begin = pieces_[i].exchange(nullptr, std::memory_order_relaxed);
    if (begin == nullptr) continue;
    constexpr int kPrivate = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED;
    if (!keep_memory || sys::map(begin, bytes_of(i), PROT_READ | PROT_WRITE, kPrivate) == nullptr) {
      sys::unmap(begin, bytes_of(i));
    }
  }
}

}  // namespace memline::capture
