/// \file TraceSpace: the bytes of the trace file, mapped, and reserved on disk ahead of use.
///
/// A MAP_SHARED window (file_window.h) shows the file; what was recorded is in it the moment it is written, whatever
/// becomes of the process. Only reserved space is ever touched: a page of a mapping that the disk has
/// no room for would kill the program. Blocks are claimed without a lock by the program's threads, and by `memline run`
/// from outside.
/// Where the file system cannot map files (some network and user-space ones), the window is private memory: blocks are
/// written to the file when they are retired, the open ones by trim(), so that a kill loses what stands in open blocks.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "descriptor.h"
#include "file_window.h"
#include "memline/trace_block.h"
#include "text.h"

namespace memline::capture {

/// Why no further block can be had. Recording then stops for good.
enum class SpaceFault : std::uint8_t { kNone, kDiskFull, kLimit, kFileGone, kNotMapped, kNoSystemCalls, kBusy };

class TraceSpace {
 public:
  /// Maps the file behind `fd` (which is taken over) and reserves its first space. `max_bytes`: MEMLINE_MAX_TRACE, or
  /// 0. A new file's header page reads as zeros. `may_map` false: as if the file could not be mapped. False: there is
  /// no window, the descriptor is closed.
  bool open(int fd, const PathText& path, std::uint64_t max_bytes, bool may_map = true) noexcept;

  trace::TraceHeader& header() const noexcept { return window_.header(); }

  /// A block to write to: zeroed, and its pages are there. nullptr: none is left; `fault` says why.
  std::byte* claim(SpaceFault& fault) noexcept;

  /// How many were claimed, by whomever.
  std::uint32_t claimed_blocks() const noexcept {
    return std::atomic_ref(header().claimed_blocks).load(std::memory_order_relaxed);
  }

  /// A block that is written and sealed: it is in the file, and its pages no longer count as the process's.
  void retire(std::byte* block) noexcept;

  /// Asks for space ahead, so that recording can go on for a while after system calls are forbidden.
  void reserve_ahead(std::uint64_t bytes) noexcept;

  /// Cuts off what was reserved and is not claimed, and writes what is not in the file yet. Claims go on to work.
  void trim() noexcept;

  /// From here on no system call is made: claims go to the end of what is reserved.
  void forbid_system_calls(bool forbidden) noexcept { no_system_calls_.store(forbidden, std::memory_order_relaxed); }

  bool system_calls_allowed() const noexcept { return !no_system_calls_.load(std::memory_order_relaxed); }

  /// In a forked child: lets the parent's file go. With `keep_memory` what the window showed stays writable, as private
  /// memory, for code that the fork interrupted.
  void abandon(bool keep_memory) noexcept;

  /// Where the file is mapped.
  const FileWindow& window() const noexcept { return window_; }

  bool is_open() const noexcept { return window_.is_open(); }
  /// Whether everything is in the file the moment it is recorded.
  bool is_mapped() const noexcept { return window_.is_mapped(); }

  /// Whether `memline run` or a sidecar reserves space and samples from outside.
  bool is_watched() const noexcept {
    return std::atomic_ref(header().watcher_pid).load(std::memory_order_relaxed) != 0;
  }
  /// Whether any process writes to the trace from outside, just now.
  bool others_write() noexcept;
  const PathText& path() const noexcept { return path_; }

 private:
  std::uint64_t reserved() noexcept;
  void raise_reserved(std::uint64_t end) noexcept;
  SpaceFault reserve(std::uint64_t needed_end) noexcept;
  SpaceFault reserve_more(std::uint64_t needed_end) noexcept;
  SpaceFault grow_file(int fd, std::uint64_t begin, std::uint64_t end) noexcept;
  std::uint64_t room_on_disk(int fd) noexcept;
  /// Has the file system make a block's pages, before they are mapped; whatever fails, the mapping will find out.
  void write_zeros(std::uint64_t index) noexcept;
  SpaceFault show(std::uint64_t index) noexcept;
  void write_header(std::uint64_t reserved_bytes) noexcept;
  bool write_block(const std::byte* block) noexcept;
  /// Where the memory of the process's group is limited, what was retired before this block goes to the disk and out of the
  /// cache.
  void write_back(const std::byte* block) noexcept;
  void write_open_blocks() noexcept;

  FileWindow window_;
  std::uint64_t max_bytes_ = 0;
  std::atomic<std::uint64_t> step_bytes_{0};
  std::atomic<bool> no_system_calls_{false};
  std::atomic<std::uint32_t> growing_{0};  ///< threads that are reserving space; several may
  std::atomic<bool> trimming_{false};
  bool no_fallocate_ = false;
  bool no_populate_ = false;
  bool writes_zeros_ = false;
  /// How much of the trace's retired blocks stays in the page cache; UINT64_MAX: that is the kernel's affair.
  std::uint64_t most_cached_ = UINT64_MAX;
  HighDescriptor descriptor_;
  PathText path_;
};

}  // namespace memline::capture
