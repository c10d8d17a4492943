#include "file_window.h"

#include "sys.h"

namespace memline::capture {
namespace {

using trace::kBlockBytes;
using trace::kHeaderBytes;

constexpr std::uint64_t kLargestPiece = std::uint64_t{64} << 20;
constexpr std::uint64_t kSmallestPiece = std::uint64_t{4} << 20;
static_assert(kSmallestPiece % kBlockBytes == 0);

}  // namespace

bool FileWindow::open(int fd, bool may_map) noexcept {
  const std::uint64_t address_space = sys::soft_limit(RLIMIT_AS);
  for (mapped_ = may_map;; mapped_ = false) {
    piece_bytes_ = kLargestPiece;
    while (piece_bytes_ > address_space / 32 && piece_bytes_ > kSmallestPiece) piece_bytes_ /= 2;
    for (;; piece_bytes_ /= 2) {
      std::byte* const first = map_piece(fd, 0);
      pieces_[0].store(first, std::memory_order_relaxed);
      if (first != nullptr) return true;
      if (piece_bytes_ <= kSmallestPiece) break;
    }
    if (!mapped_) return false;
  }
}

std::byte* FileWindow::map_piece(int fd, std::size_t index) const noexcept {
  constexpr int kAccess = PROT_READ | PROT_WRITE;
  const std::uint64_t bytes = bytes_of(index);
  void* const memory = mapped_ ? sys::map(nullptr, bytes, kAccess, MAP_SHARED | MAP_NORESERVE, fd, offset_of(index))
                               : sys::map(nullptr, bytes, kAccess, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE);
  if (memory != nullptr) sys::madvise(memory, bytes, MADV_DONTDUMP);
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
  std::byte* const fresh = map_piece(fd, piece);
  if (fresh == nullptr) return false;
  std::byte* none = nullptr;
  if (!pieces_[piece].compare_exchange_strong(none, fresh)) sys::unmap(fresh, bytes_of(piece));
  return true;
}

std::uint64_t FileWindow::file_offset(const std::byte* at) const noexcept {
  const auto address = reinterpret_cast<std::uint64_t>(at);
  for (std::size_t i = 0; i < kMostPieces; ++i) {
    const Range range = piece(i);
    if (range.begin != 0 && address - range.begin < range.bytes) return offset_of(i) + (address - range.begin);
  }
  return 0;
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
