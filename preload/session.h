/// \file Session: the recording of this process: its file, its lanes, what all threads share.
///
/// Starts at the first hooked call that finds the program loaded, or in the library's constructor. A forked child finds
/// its state word wiped by the kernel (MADV_WIPEONFORK) and starts a session of its own in its first hooked call. When
/// something goes wrong recording stops for good, one line says so, and events are only counted.
///
/// One object, zero-initialised, without constructors: it is used before any could run. Any thread.
#pragma once

#include <atomic>
#include <cstdint>

#include "clock.h"
#include "descriptor.h"
#include "lane_pool.h"
#include "libunwind_blocks.h"
#include "memline/trace_block.h"
#include "module_table.h"
#include "process_info.h"
#include "resident_watch.h"
#include "rss_sampler.h"
#include "settings.h"
#include "thread_state.h"
#include "trace_space.h"
#include "unwinder/libunwind_walk.h"

namespace memline::capture {

enum class State : std::uint32_t {
  kUnknown = 0,  ///< not started, or a forked child: look
  kRecording = 1,
  kPaused = 2,   ///< acquisitions are not recorded, releases are
  kStopped = 3,  ///< events are counted as lost
  kOff = 4,      ///< nothing is recorded on purpose
};

/// One word on a page that a forked child gets zeroed.
struct StatePage {
  alignas(4096) std::atomic<State> word{};
  char rest[4096 - sizeof(std::atomic<State>)] = {};
};
extern constinit StatePage state_page;

inline State state() noexcept {
  return state_page.word.load(std::memory_order_relaxed);
}

/// False while the loader is at work on the program (IFUNC resolvers run then): nothing of the C library may be called.
bool is_program_loaded() noexcept;

struct ForkInfo;

class Session {
 public:
  /// Starts recording if that is possible now, and gives the state. Cheap once it is decided. Preserves errno.
  State ensure_started() noexcept;

  /// Whether it was decided what to do in this process, or in the parent that it was forked from.
  bool was_started() const noexcept { return decided_.load(std::memory_order_relaxed) != State::kUnknown; }

  /// Whether calls that come now may be ours or the loader's on our behalf.
  bool is_starting() const noexcept { return starting_.load(std::memory_order_relaxed); }

  /// What needs the C library to be ready: called by the library's constructor.
  void finish_start() noexcept;

  /// No further record can be written: from here on events are lost and counted.
  void stop(SpaceFault fault) noexcept;
  /// A record could not be written: counts it, and stops recording where nothing more can be.
  void lost(SpaceFault fault, std::uint64_t bytes) noexcept;
  void count_lost(trace::Loss loss, std::uint64_t events, std::uint64_t bytes) noexcept;

  /// Pauses nest, over all threads. True for the first of them: settle_pauses() is to follow, and until then
  /// acquisitions are still recorded.
  bool enter_pause() noexcept { return pauses_.fetch_add(1) == 0; }
  /// True when that was the last pause: acquisitions are recorded again.
  bool leave_pause() noexcept;
  /// Makes the state what the number of pauses says.
  void settle_pauses() noexcept;

  /// The program is about to forbid system calls to itself (or, with false, was refused).
  void forbid_system_calls(bool forbidden) noexcept;
  bool system_calls_allowed() const noexcept { return space.system_calls_allowed(); }

  /// A module is going, or has gone: lanes forget what they know of code before their next event.
  void modules_changed() noexcept { epoch.fetch_add(1, std::memory_order_acq_rel); }

  /// Whether this process has a trace, even if nothing more is written to it.
  bool has_trace() const noexcept { return state() != State::kUnknown && state() != State::kOff && space.is_open(); }

  /// Whether this is the recorded process: false in a vfork child, which shares its memory.
  bool is_own_process() const noexcept;

  Settings settings;
  Identity identity;
  PathText executable;  ///< absolute path of the program
  Clock clock;
  TraceSpace space;
  LanePool lanes;
  LaneContext lane_context;
  ModuleTable modules;
  BacktraceFunction backtrace{};  ///< libunwind's, if asked for
  LibunwindBlocks libunwind_blocks;
  bool foreign_allocator{};      ///< malloc is not the C library's: block sizes do not follow from its rules
  bool tells_usable_size{};      ///< a foreign allocator that may be asked for the size of a block
  const void* allocator_code{};  ///< the malloc that serves the program
  bool awaits_sidecar{};         ///< one is to be started as soon as the C library is ready
  std::atomic<std::uint64_t> epoch{};
  RssSampler rss;
  ResidentWatch resident;
  std::atomic<std::uint32_t> next_thread{};
  std::atomic<std::uint64_t> next_span{};
  std::atomic<std::uint64_t> next_pool{};

 private:
  void set_state(State state) noexcept;
  bool change_state(State expected, State next) noexcept;
  void find_allocator() noexcept;
  State start() noexcept;
  State start_child() noexcept;
  bool open_file(bool forked) noexcept;
  bool begin_image(const ForkInfo* fork) noexcept;
  void start_sampling() noexcept;
  void stop_sampling() noexcept;
  void resume_sampling() noexcept;

  std::atomic<bool> starting_{};
  /// The state as this process decided it; a forked child finds its parent's here, on a page that is not wiped.
  std::atomic<State> decided_{};
  std::atomic<std::uint32_t> pauses_{};
  std::atomic<bool> said_{};
};

extern constinit Session session;

}  // namespace memline::capture
