/// \file Recording: all that a trace says besides its events; plain data.
///
/// Filled by scan() (scan.h) in one pass over the records. A trace holds one process; a process is one or more images
/// (programs, each begun by exec). Times are ticks of the trace; seconds_since_start() converts them.
#pragma once

#include <bit>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/strong_id.h"
#include "memline/asked_block.h"
#include "memline/trace_format.h"
#include "replay/lane_stacks.h"
#include "replay/resident_look.h"
#include "replay/sample_joins.h"
#include "replay/stack_fates.h"
#include "replay/stack_table.h"

namespace memline::trace {
class TraceFile;
}

namespace memline::replay {

class LiveMemory;

struct Thread {
  std::uint32_t tid = 0;
  std::string name;  ///< the last one it had
  std::uint64_t first_ticks = 0, last_ticks = 0;
};

struct Module {
  std::uint32_t generation = 0;
  std::uint64_t begin = 0, end = 0, bias = 0;
  bool main_executable = false;
  bool known = false;    ///< false: stacks name it, but its record was lost
  std::string build_id;  ///< raw bytes
  std::string path;
};

struct Mark {
  std::uint64_t ticks = 0;
  ThreadId thread;
  std::string name;
  std::optional<double> value;

  /// Left by memline_block() of marker.h: no mark that the program set.
  bool asks_for_block() const { return value && name == kAskedBlockMark; }
};

/// A stretch of work that the program named; the threads in it are those that began or attached to it.
struct Span {
  std::uint64_t token = 0, parent = 0;
  std::string name;
  std::uint64_t begin_ticks = 0;
  std::optional<std::uint64_t> end_ticks;
  ThreadId thread;  ///< that began it
};

struct RssSample {
  std::uint64_t ticks = 0, rss_bytes = 0;
};

/// What was counted from outside, and sampled; or why it was not.
struct CounterInfo {
  std::string name;  ///< "" where its definition is lost
  trace::CounterUnit unit = trace::CounterUnit::kEvents;
  trace::Sampling sampling = trace::Sampling::kEvery;
  std::uint64_t interval = 0;
  bool user_only = false, asked_for = false, faults = false;
  std::string refusal;        ///< "": it was counted
  std::uint64_t samples = 0;  ///< of this image
  struct Total {
    std::uint64_t value = 0, enabled_ns = 0, counting_ns = 0;
    bool estimated = false;
  };
  std::optional<Total> total;  ///< of the process; in its last image only

  bool counted() const { return !name.empty() && refusal.empty(); }
};

/// Where a forked child's memory comes from.
struct ForkOrigin {
  std::uint32_t parent_pid = 0, parent_image = 0;
  std::string parent_trace_id;  ///< 16 raw bytes
  std::string parent_path;
  std::vector<trace::ForkPosition> positions;
};

/// What is missing. Everything zero and complete: every event is there.
struct Losses {
  std::uint64_t events = 0;  ///< events that were seen but could not be recorded, or stood in damaged blocks (at least)
  std::uint64_t bytes = 0;   ///< acquired bytes among them, where known
  std::uint64_t unknown_frees = 0;           ///< releases of blocks whose acquisition is not in the trace
  StackFates stacks;                         ///< of all events that the filter lets through
  std::uint64_t damaged_places = 0;          ///< damaged or missing blocks, a cut tail: exit code 3
  std::uint64_t parents_damaged_places = 0;  ///< likewise of the trace from which a forked child's memory was read
  bool complete = true;                      ///< every event is there (short stacks do not matter here)
  std::vector<std::string> notes;            ///< one sentence each
};

struct Image {
  std::uint32_t number = 0;   ///< in the trace; not its index in Recording::images where an image's blocks are all lost
  trace::ImageStart start{};  ///< its texts point nowhere; use the strings below
  std::string executable, working_dir, host, allocator, unwinder;
  std::vector<std::string> command;
  std::vector<Thread> threads;        ///< by ThreadId
  std::vector<Module> modules;        ///< by ModuleId (trace module number minus 1)
  std::vector<Mark> marks;            ///< in time order, with what memline_block() left
  std::vector<Span> spans;            ///< in order of their beginning
  std::vector<RssSample> rss;         ///< in time order, thinned to a bounded number so that no maximum is lost
  std::vector<LookInfo> looks;        ///< at what was in RAM, in time order
  std::vector<CounterInfo> counters;  ///< by number in the trace, minus 1
  std::uint64_t samples = 0, lost_samples = 0;
  SampleJoins sample_joins;
  std::optional<ForkOrigin> fork;
  std::uint64_t events = 0;          ///< acquisitions and releases recorded
  bool has_heap_blocks = false;      ///< a block of the malloc family is among them
  std::uint64_t acquired_bytes = 0;  ///< sum of recorded block sizes and mappings: which image allocated most
  std::uint64_t first_ticks = 0, last_ticks = 0;
  double ticks_per_second = 0;  ///< from the clock pairs; 0 if there is only one
  trace::ExitKind exit_kind = trace::ExitKind::kUnknown;
  int exit_code = 0;
  std::set<std::string> child_execs;  ///< trace::ChildExec
  std::string exec_path;              ///< of the next program, where exit_kind is kExec or another image follows
  StackTable stacks;
  std::unordered_map<std::uint32_t, LaneStacks> lane_stacks;  ///< by lane; those that are final
  bool was_paused = false;                                    ///< acquisitions were not recorded for a while
  bool was_resumed = false;                                   ///< recording was switched on by the program
  ThreadId unknown_thread;  ///< who wrote lanes whose Thread record is lost; none() if there is no such lane
  std::shared_ptr<const LiveMemory> inherited;  ///< a forked child's memory at its start; null if there is none

  /// Those of the processor: 4096 where the trace says what cannot be.
  std::uint64_t page_bytes() const {
    constexpr std::uint32_t kLeast = 4096, kMost = 1U << 20;
    const std::uint32_t bytes = start.page_bytes;
    return std::has_single_bit(bytes) && bytes >= kLeast && bytes <= kMost ? bytes : kLeast;
  }
  /// Negative for what happened before the image started (inherited blocks).
  double seconds_since_start(std::uint64_t ticks) const {
    if (ticks_per_second <= 0) return 0.0;
    return static_cast<double>(static_cast<std::int64_t>(ticks - start.ticks)) / ticks_per_second;
  }
};

struct Recording {
  std::string path;
  trace::TraceHeader header{};
  std::shared_ptr<const trace::TraceFile> file;  ///< as it was when scanned; replay() reads the same records again
  std::vector<Image> images;                     ///< empty: the process ended before it recorded anything
  bool still_running = false;                    ///< the process was alive when the trace was read
  Losses losses;  ///< of the file: header counters, damaged blocks, cut tail; replay adds to a copy
};

}  // namespace memline::replay
