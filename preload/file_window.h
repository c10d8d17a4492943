/// \file FileWindow: where the header and the blocks of the trace file are in memory.
///
/// Mapped piece by piece, as blocks come into use, and unmapped once all blocks of a piece are done with: address space
/// that is mapped counts against RLIMIT_AS, and a program that limits itself later must find room. Any thread, signal
/// handlers included, but for open() and abandon().
/// Where the file system cannot map files (some network and user-space ones), the pieces are private memory.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "memline/trace_block.h"

namespace memline::capture {

class FileWindow {
 public:
  static constexpr std::size_t kMostPieces = 4096;

  /// What one piece shows.
  struct Range {
    std::uint64_t begin = 0;  ///< an address; 0: not mapped
    std::uint64_t bytes = 0;
  };

  /// Shows the header and the first blocks of the file behind `fd`. `may_map` false: as if it could not be mapped.
  /// False: there is no memory for it.
  bool open(int fd, bool may_map) noexcept;

  bool is_open() const noexcept { return pieces_[0].load(std::memory_order_relaxed) != nullptr; }
  /// Whether what is written to it is in the file at once.
  bool is_mapped() const noexcept { return mapped_; }

  trace::TraceHeader& header() const noexcept {
    return *reinterpret_cast<trace::TraceHeader*>(pieces_[0].load(std::memory_order_relaxed));
  }

  /// The block's bytes; nullptr as long as no show() has covered it, and once it may be gone.
  std::byte* block(std::uint64_t index) const noexcept;

  /// Maps the piece that the block lies in. False: no memory, or the window's end.
  bool show(int fd, std::uint64_t index) noexcept;
  /// Maps as much as may be needed from that block on, while that can still be done.
  void show_ahead(int fd, std::uint64_t index) noexcept;

  /// Nobody will touch the block again. Unmaps its piece if it was the last one there; each block once.
  void retire(const std::byte* block) noexcept;

  static constexpr std::uint64_t kNowhere = ~std::uint64_t{0};
  /// Where in the file a byte of the window is; kNowhere if it is in no piece.
  std::uint64_t file_offset(const std::byte* at) const noexcept;

  /// How much of the file can be shown.
  std::uint64_t most_bytes() const noexcept { return trace::kHeaderBytes + kMostPieces * piece_bytes_; }

  Range piece(std::size_t index) const noexcept;

  /// Unmaps it. With `keep_memory` what was mapped stays writable, as private memory without contents.
  void abandon(bool keep_memory) noexcept;

 private:
  std::byte* map_pieces(int fd, std::size_t index, std::size_t count) const noexcept;
  std::size_t piece_at(const std::byte* at) const noexcept;
  /// The first piece has the header before its blocks.
  std::uint64_t bytes_of(std::size_t index) const noexcept {
    return piece_bytes_ + (index == 0 ? trace::kHeaderBytes : 0);
  }
  std::uint64_t offset_of(std::size_t index) const noexcept {
    return index == 0 ? 0 : trace::kHeaderBytes + index * piece_bytes_;
  }

  std::uint64_t piece_bytes_ = 0;  ///< of blocks
  bool mapped_ = false;
  std::atomic<std::uint32_t> opened_{
      0};  ///< how often; a fork in a signal handler opens it under whoever it interrupted
  std::atomic<std::byte*> pieces_[kMostPieces]{};
  std::atomic<std::uint16_t> retired_blocks_[kMostPieces]{};
};

}  // namespace memline::capture
