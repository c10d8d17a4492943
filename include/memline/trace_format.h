/// \file The records of a trace: THE definition, shared by the preload that writes and the analyzer that reads.
///
/// A block's payload (trace_block.h) is a series of records: one byte RecordType, then the record's fields in the order
/// in which its fields() lists them, coded as trace_codec.h says. Deltas refer to the block's DeltaState, which is
/// zero at the start of a block except for time_ticks = BlockHeader::base_ticks.
///
/// Time. Every event carries ticks: the processor's time-stamp counter (or CLOCK_MONOTONIC in ns where that counter is
/// not invariant), shifted right by ImageStart::time_shift. Clock and Tick records pair ticks with the kernel's clocks,
/// which gives the rate. Records of one lane stand in program order; lanes are merged by time; at equal times a release
/// goes before an acquisition. A release is stamped before the real call, an acquisition after it, so that an address
/// handed from thread to thread is never held twice. As long as all events are of one thread, several in a row may carry
/// the time of the first, about a millisecond early at most; with the kernel's clock it may be one of eight events before.
///
/// What moves. MoveBegin and MoveEnd enclose a realloc: between them the old block is out of the address map but its
/// bytes still count; MoveEnd with address 0 says that the call failed and the block is back. RemapBegin/RemapEnd do the
/// same for mremap. Unmap is written before munmap; if that fails, UnmapFailed of the same lane takes it back.
///
/// Stacks. A stack is an id within its lane and image; 0 is the unknown stack. A Stack record defines ids first_id,
/// first_id + 1, ...: its frames go inwards (from the program's start towards the event), each the child of the one
/// before, the first the child of `parent`. A parent of 0 makes a root, and `end` says how the unwinding ended there.
/// Ids are explicit: a lost block loses the stacks it defines, never the numbering of others.
/// A frame is an offset in a module (address minus load bias; a return address unless `exact`), or, with module 0, an
/// absolute address in code that no module owns. NamedFrame stands for a frame of an interpreter or JIT.
///
/// Threads. A Thread record says which thread writes the lane from here on; lanes are handed on when a thread ends.
/// A signal handler that allocates while its thread's lane is busy writes to another lane, under the same thread id.
///
/// What is in RAM. A ResidentLook begins a look at the whole process: the regions of its address space and the runs of its
/// pages that occupy RAM follow in the same lane, and ResidentEnd says that the look is whole. Only Tick, Clock, Thread
/// and definitions may stand between; a look without its end is none.
///
/// Samples. `memline run` or the sidecar counts events of the kernel and the processor and samples them with stacks, into
/// kSamplerLane. A Counter record says what is counted, and why where it cannot be; each Sample stands for so many events
/// of it, and each PageFault for one page fault at an address. The frames of that lane's stacks name SampledModules
/// (numbered in their own way), and end with kCopyEnd where the copied piece of the program's stack did: what lies
/// outside of it is to be learnt from the thread's other stacks. These records name threads by the kernel's tid. A
/// CounterTotal is the count of the whole process, a SamplesLost says how many records the kernel dropped.
///
/// Processes. An image begins with ImageStart in lane 0. A forked child's trace holds, after ImageStart, a ForkedFrom and
/// one ForkPosition per lane of its parent: up to there the parent's records tell what was live in the child.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "memline/trace_block.h"
#include "memline/trace_codec.h"

namespace memline::trace {

enum class RecordType : std::uint8_t {
  kInvalid = 0,
  kImageStart = 1,
  kThread = 2,
  kThreadEnd = 3,
  kModule = 4,
  kStack = 5,
  kNamedFrame = 6,
  kAcquire = 7,
  kAcquireUsable = 8,
  kRelease = 9,
  kMoveBegin = 10,
  kMoveEnd = 11,
  kMap = 12,
  kUnmap = 13,
  kUnmapFailed = 14,
  kRemapBegin = 15,
  kRemapEnd = 16,
  kProtect = 17,
  kAdvise = 18,
  kLock = 19,
  kBreak = 20,
  kTick = 21,
  kClock = 22,
  kMark = 23,
  kSpanBegin = 24,
  kSpanEnd = 25,
  kSpanAttach = 26,
  kSpanDetach = 27,
  kRecording = 28,
  kPoolCreate = 29,
  kPoolBacking = 30,
  kPoolAcquire = 31,
  kPoolRealloc = 32,
  kPoolRelease = 33,
  kPoolReset = 34,
  kPoolDestroy = 35,
  kForkedFrom = 36,
  kForkPosition = 37,
  kExec = 38,
  kExecFailed = 39,
  kExit = 40,
  kResidentLook = 41,
  kResidentRegion = 42,
  kResidentPages = 43,
  kResidentEnd = 44,
  kCounter = 45,
  kSampledModule = 46,
  kSample = 47,
  kPageFault = 48,
  kCounterTotal = 49,
  kSamplesLost = 50,
  kChildExec = 51,
};

/// The call that acquired a block.
enum class Origin : std::uint8_t { kMalloc = 0, kCalloc = 1, kAligned = 2, kRealloc = 3 };

/// How a stack ended; kept with its root.
enum class StackEnd : std::uint8_t { kRoot = 0, kDepthLimit = 1, kNoUnwindInfo = 2, kBadMemory = 3, kCopyEnd = 4 };
inline constexpr std::size_t kStackEnds = 5;

/// What a mapping is of. Only kPrivateAnonymous counts as live memory.
enum class MapKind : std::uint8_t { kPrivateAnonymous = 0, kSharedAnonymous = 1, kPrivateFile = 2, kSharedFile = 3 };

enum class LockKind : std::uint8_t { kLock = 0, kUnlock = 1, kLockAll = 2, kUnlockAll = 3 };

/// Why somebody looked at what is in RAM. kFork: at the beginning of a forked child, what it shares with its parent.
enum class LookReason : std::uint8_t {
  kGrowth = 0,
  kRelease = 1,
  kMark = 2,
  kExit = 3,
  kExec = 4,
  kTick = 5,
  kFork = 6
};

/// What a range of the address space is.
enum class RegionKind : std::uint8_t {
  kPrivate = 0,   ///< a line of /proc/PID/maps: a private mapping
  kShared = 1,    ///< a line of /proc/PID/maps: a shared mapping
  kStack = 2,     ///< part of a region above: the stack of a thread
  kProfiler = 3,  ///< part of a region above: memline's own tables
};

/// What a counter's numbers are.
enum class CounterUnit : std::uint8_t { kEvents = 0, kNanoseconds = 1 };

/// When a sample of a counter is taken.
enum class Sampling : std::uint8_t {
  kEvery = 0,      ///< at every `interval`-th event
  kFrequency = 1,  ///< about `interval` times a second: the kernel chooses how many events a sample stands for
};

struct FrameRef {
  std::uint32_t module = 0;  ///< 0: no module, offset is an absolute address
  std::uint64_t offset = 0;
  bool exact = false;  ///< the pc itself (a frame that a signal interrupted), not a return address

  friend bool operator==(const FrameRef&, const FrameRef&) = default;
};

/// Longer stacks are several Stack records.
inline constexpr std::size_t kMaxFramesPerRecord = 64;
/// Longer texts are cut by the writer.
inline constexpr std::size_t kMaxTextBytes = 16384;
/// More runs of pages are several ResidentPages records.
inline constexpr std::size_t kMaxPageRuns = 64;

// A record lists its fields with this: `c` is an Encoder or a Decoder, `d` the block's DeltaState, `r` the record.
#define MEMLINE_FIELDS(TYPE)                            \
  static constexpr RecordType kType = RecordType::TYPE; \
  template <class Codec, class Self>                    \
  static void fields([[maybe_unused]] Codec& c, [[maybe_unused]] DeltaState& d, [[maybe_unused]] Self& r)

/// The first record of an image.
struct ImageStart {
  std::uint64_t ticks, monotonic_ns, realtime_ns;  ///< one moment on three clocks
  std::uint32_t pid, parent_pid;
  std::uint32_t page_bytes;
  std::uint32_t time_shift;    ///< ticks = counter >> time_shift
  std::uint32_t ticks_are_ns;  ///< 1: the counter is CLOCK_MONOTONIC in ns (before the shift)
  std::uint64_t weight;        ///< sampling: every event stands for this many; 1 = all events are recorded
  std::uint32_t free_stacks;   ///< 1: releases carry their stacks
  std::uint32_t paused;        ///< 1: acquisitions are not recorded until Recording{1}
  std::uint32_t max_frames;
  std::string_view executable;  ///< absolute path
  std::string_view
      command_line;  ///< arguments, each followed by a NUL; cut at kMaxTextBytes; empty under MEMLINE_PRIVATE
  std::string_view working_dir;
  std::string_view host;
  std::string_view allocator;  ///< path of the module whose malloc is behind ours
  std::string_view unwinder;   ///< "memline" or "libunwind"
  MEMLINE_FIELDS(kImageStart) {
    c.number(r.ticks), c.number(r.monotonic_ns), c.number(r.realtime_ns), c.number(r.pid), c.number(r.parent_pid);
    c.number(r.page_bytes), c.number(r.time_shift), c.number(r.ticks_are_ns), c.number(r.weight);
    c.number(r.free_stacks), c.number(r.paused), c.number(r.max_frames);
    c.text(r.executable), c.text(r.command_line), c.text(r.working_dir), c.text(r.host), c.text(r.allocator);
    c.text(r.unwinder);
  }
};

/// From here on the lane belongs to this thread. Written again when the thread's name has changed.
struct Thread {
  std::uint32_t thread;  ///< counts from 0 within the image and is never reused; 0 is the first thread
  std::uint32_t tid;     ///< the kernel's, reused
  std::string_view name;
  MEMLINE_FIELDS(kThread) { c.number(r.thread), c.number(r.tid), c.text(r.name); }
};

struct ThreadEnd {
  std::uint64_t time;
  MEMLINE_FIELDS(kThreadEnd) { c.time(r.time, d); }
};

struct Module {
  std::uint32_t module;           ///< counts from 1 within the image; a module loaded again gets a new one
  std::uint32_t generation;       ///< dlclose calls seen before
  std::uint64_t begin, end;       ///< mapped address range
  std::uint64_t bias;             ///< address = offset + bias
  std::uint32_t main_executable;  ///< 1: the program itself
  std::string_view build_id;      ///< raw bytes of the GNU build id note, may be empty
  std::string_view path;
  MEMLINE_FIELDS(kModule) {
    c.number(r.module), c.number(r.generation), c.number(r.begin), c.number(r.end), c.number(r.bias);
    c.number(r.main_executable), c.text(r.build_id), c.text(r.path);
  }
};

struct Stack {
  std::uint32_t first_id;
  std::uint32_t parent;  ///< 0: the first frame is a root
  StackEnd end;          ///< where parent == 0: how the unwinding ended outside of the first frame
  std::uint32_t count;   ///< 1..kMaxFramesPerRecord
  std::array<FrameRef, kMaxFramesPerRecord> frames;
  MEMLINE_FIELDS(kStack) {
    c.number(r.first_id), c.number(r.parent), c.number(r.end), c.number(r.count);
    if (r.count > kMaxFramesPerRecord) {
      if constexpr (!Codec::kWrites) c.fail();
      return;
    }
    for (std::uint32_t i = 0; i < r.count; ++i) {
      // module and the exact flag share a number: nearly every frame has a small module and is not exact
      std::uint64_t tag = 0;
      if constexpr (Codec::kWrites) tag = (std::uint64_t{r.frames[i].module} << 1) | (r.frames[i].exact ? 1 : 0);
      c.number(tag);
      if constexpr (!Codec::kWrites) {
        r.frames[i].module = static_cast<std::uint32_t>(tag >> 1);
        r.frames[i].exact = (tag & 1) != 0;
      }
      c.delta(r.frames[i].offset, d.offset);
    }
  }
};

struct NamedFrame {
  std::uint32_t id, parent, line;
  std::string_view file, function;
  MEMLINE_FIELDS(kNamedFrame) {
    c.number(r.id), c.number(r.parent), c.number(r.line), c.text(r.file), c.text(r.function);
  }
};

struct Acquire {
  std::uint64_t time, address, size_bytes;
  std::uint32_t stack;
  Origin origin;
  MEMLINE_FIELDS(kAcquire) {
    c.time(r.time, d), c.block_address(r.address, d), c.number(r.size_bytes), c.delta(r.stack, d.stack);
    c.number(r.origin);
  }
};

/// An Acquire by an allocator whose rounding is not known: with the usable size of the block.
struct AcquireUsable {
  std::uint64_t time, address, size_bytes, usable_bytes;
  std::uint32_t stack;
  Origin origin;
  MEMLINE_FIELDS(kAcquireUsable) {
    c.time(r.time, d), c.block_address(r.address, d), c.number(r.size_bytes), c.number(r.usable_bytes);
    c.delta(r.stack, d.stack), c.number(r.origin);
  }
};

struct Release {
  std::uint64_t time, address;
  std::uint32_t stack;
  MEMLINE_FIELDS(kRelease) { c.time(r.time, d), c.block_address(r.address, d), c.delta(r.stack, d.stack); }
};

struct MoveBegin {
  std::uint64_t time, address;
  MEMLINE_FIELDS(kMoveBegin) { c.time(r.time, d), c.block_address(r.address, d); }
};

struct MoveEnd {
  std::uint64_t time, old_address;
  std::uint64_t address;  ///< 0: the call failed, the block is where it was
  std::uint64_t size_bytes;
  std::uint32_t stack;
  MEMLINE_FIELDS(kMoveEnd) {
    c.time(r.time, d), c.block_address(r.old_address, d), c.block_address(r.address, d), c.number(r.size_bytes);
    c.delta(r.stack, d.stack);
  }
};

struct Map {
  std::uint64_t time, address, length_bytes;  ///< length as given; it covers whole pages
  std::uint32_t protection, flags;            ///< PROT_* and MAP_* of Linux
  MapKind kind;
  std::uint32_t stack;
  MEMLINE_FIELDS(kMap) {
    c.time(r.time, d), c.block_address(r.address, d), c.number(r.length_bytes), c.number(r.protection);
    c.number(r.flags), c.number(r.kind), c.delta(r.stack, d.stack);
  }
};

struct Unmap {
  std::uint64_t time, address, length_bytes;
  std::uint32_t stack;
  MEMLINE_FIELDS(kUnmap) {
    c.time(r.time, d), c.block_address(r.address, d), c.number(r.length_bytes), c.delta(r.stack, d.stack);
  }
};

/// The munmap (or mmap with MAP_FIXED) announced by the lane's last Unmap failed: what it took away is back.
struct UnmapFailed {
  std::uint64_t time, address, length_bytes;
  MEMLINE_FIELDS(kUnmapFailed) { c.time(r.time, d), c.block_address(r.address, d), c.number(r.length_bytes); }
};

struct RemapBegin {
  std::uint64_t time, address, length_bytes;
  MEMLINE_FIELDS(kRemapBegin) { c.time(r.time, d), c.block_address(r.address, d), c.number(r.length_bytes); }
};

struct RemapEnd {
  std::uint64_t time, old_address, old_length_bytes;
  std::uint64_t address;  ///< 0: the call failed
  std::uint64_t length_bytes;
  std::uint32_t flags;  ///< MREMAP_* of Linux; MREMAP_DONTUNMAP keeps the old range mapped (and empty)
  std::uint32_t stack;
  MEMLINE_FIELDS(kRemapEnd) {
    c.time(r.time, d), c.block_address(r.old_address, d), c.number(r.old_length_bytes);
    c.block_address(r.address, d), c.number(r.length_bytes), c.number(r.flags), c.delta(r.stack, d.stack);
  }
};

struct Protect {
  std::uint64_t time, address, length_bytes;
  std::uint32_t protection, stack;
  MEMLINE_FIELDS(kProtect) {
    c.time(r.time, d), c.block_address(r.address, d), c.number(r.length_bytes), c.number(r.protection);
    c.delta(r.stack, d.stack);
  }
};

struct Advise {
  std::uint64_t time, address, length_bytes;
  std::uint32_t advice, stack;
  MEMLINE_FIELDS(kAdvise) {
    c.time(r.time, d), c.block_address(r.address, d), c.number(r.length_bytes), c.number(r.advice);
    c.delta(r.stack, d.stack);
  }
};

struct Lock {
  std::uint64_t time, address, length_bytes;
  LockKind kind;
  std::uint32_t stack;
  MEMLINE_FIELDS(kLock) {
    c.time(r.time, d), c.block_address(r.address, d), c.number(r.length_bytes), c.number(r.kind);
    c.delta(r.stack, d.stack);
  }
};

/// The program moved its break itself (sbrk, brk).
struct Break {
  std::uint64_t time, old_break, new_break;
  std::uint32_t stack;
  MEMLINE_FIELDS(kBreak) { c.time(r.time, d), c.number(r.old_break), c.number(r.new_break), c.delta(r.stack, d.stack); }
};

/// A sample of the process's resident set.
struct Tick {
  std::uint64_t time, monotonic_ns, rss_pages;
  MEMLINE_FIELDS(kTick) { c.time(r.time, d), c.number(r.monotonic_ns), c.number(r.rss_pages); }
};

struct Clock {
  std::uint64_t time, monotonic_ns;
  MEMLINE_FIELDS(kClock) { c.time(r.time, d), c.number(r.monotonic_ns); }
};

struct Mark {
  std::uint64_t time;
  std::uint32_t has_value;
  double value;
  std::string_view name;
  MEMLINE_FIELDS(kMark) { c.time(r.time, d), c.number(r.has_value), c.real(r.value), c.text(r.name); }
};

struct SpanBegin {
  std::uint64_t time, token, parent;  ///< token counts from 1 within the image; parent 0: outermost
  std::string_view name;
  MEMLINE_FIELDS(kSpanBegin) { c.time(r.time, d), c.number(r.token), c.number(r.parent), c.text(r.name); }
};

struct SpanEnd {
  std::uint64_t time, token;
  MEMLINE_FIELDS(kSpanEnd) { c.time(r.time, d), c.number(r.token); }
};

/// The writing thread works for a span that another thread began.
struct SpanAttach {
  std::uint64_t time, token;
  MEMLINE_FIELDS(kSpanAttach) { c.time(r.time, d), c.number(r.token); }
};

struct SpanDetach {
  std::uint64_t time, token;
  MEMLINE_FIELDS(kSpanDetach) { c.time(r.time, d), c.number(r.token); }
};

/// Acquisitions are recorded from here on (1), or not (0); for the whole process.
struct Recording {
  std::uint64_t time;
  std::uint32_t on;
  MEMLINE_FIELDS(kRecording) { c.time(r.time, d), c.number(r.on); }
};

struct PoolCreate {
  std::uint64_t time, pool;  ///< pool counts from 1 within the image
  std::string_view name;
  MEMLINE_FIELDS(kPoolCreate) { c.time(r.time, d), c.number(r.pool), c.text(r.name); }
};

struct PoolBacking {
  std::uint64_t time, pool, address, length_bytes;
  std::uint32_t stack;
  MEMLINE_FIELDS(kPoolBacking) {
    c.time(r.time, d), c.number(r.pool), c.block_address(r.address, d), c.number(r.length_bytes);
    c.delta(r.stack, d.stack);
  }
};

struct PoolAcquire {
  std::uint64_t time, pool, address, size_bytes;
  std::uint32_t stack;
  MEMLINE_FIELDS(kPoolAcquire) {
    c.time(r.time, d), c.number(r.pool), c.block_address(r.address, d), c.number(r.size_bytes);
    c.delta(r.stack, d.stack);
  }
};

struct PoolRealloc {
  std::uint64_t time, pool, old_address, address, size_bytes;
  std::uint32_t stack;
  MEMLINE_FIELDS(kPoolRealloc) {
    c.time(r.time, d), c.number(r.pool), c.block_address(r.old_address, d), c.block_address(r.address, d);
    c.number(r.size_bytes), c.delta(r.stack, d.stack);
  }
};

struct PoolRelease {
  std::uint64_t time, pool, address;
  std::uint32_t stack;
  MEMLINE_FIELDS(kPoolRelease) {
    c.time(r.time, d), c.number(r.pool), c.block_address(r.address, d), c.delta(r.stack, d.stack);
  }
};

/// Every block of the pool is released at once.
struct PoolReset {
  std::uint64_t time, pool;
  std::uint32_t stack;
  MEMLINE_FIELDS(kPoolReset) { c.time(r.time, d), c.number(r.pool), c.delta(r.stack, d.stack); }
};

/// A reset, and the backing memory is the program's own again.
struct PoolDestroy {
  std::uint64_t time, pool;
  std::uint32_t stack;
  MEMLINE_FIELDS(kPoolDestroy) { c.time(r.time, d), c.number(r.pool), c.delta(r.stack, d.stack); }
};

struct ForkedFrom {
  std::uint32_t parent_pid;
  std::uint32_t parent_image;
  std::string_view parent_trace_id;  ///< 16 raw bytes, TraceHeader::trace_id
  std::string_view parent_path;      ///< absolute
  MEMLINE_FIELDS(kForkedFrom) {
    c.number(r.parent_pid), c.number(r.parent_image), c.text(r.parent_trace_id), c.text(r.parent_path);
  }
};

/// How much of one lane of the parent the child has inherited: all blocks before `sequence`, and of that one the first
/// payload_bytes.
struct ForkPosition {
  std::uint32_t lane, sequence, payload_bytes;
  MEMLINE_FIELDS(kForkPosition) { c.number(r.lane), c.number(r.sequence), c.number(r.payload_bytes); }
};

/// The process is about to exec. If nothing follows in its trace, the new program was not recorded.
struct Exec {
  std::uint64_t time;
  std::string_view path;
  MEMLINE_FIELDS(kExec) { c.time(r.time, d), c.text(r.path); }
};

struct ExecFailed {
  std::uint64_t time;
  MEMLINE_FIELDS(kExecFailed) { c.time(r.time, d); }
};

/// Another process begins a program that has left no trace of its own so far: one that shares the memory of this one until
/// then (vfork), or one that posix_spawn has made. An attempt that fails stands here, too.
struct ChildExec {
  std::uint64_t time;
  std::string_view path;  ///< as it was asked for: relative, or a name to be looked for in PATH
  MEMLINE_FIELDS(kChildExec) { c.time(r.time, d), c.text(r.path); }
};

/// The process is about to end; events of destructors may follow, and a later Exit wins.
struct Exit {
  std::uint64_t time, monotonic_ns;
  ExitKind kind;
  std::int64_t code;
  MEMLINE_FIELDS(kExit) { c.time(r.time, d), c.number(r.monotonic_ns), c.number(r.kind), c.signed_number(r.code); }
};

struct ResidentLook {
  std::uint64_t time, monotonic_ns;
  LookReason reason;
  std::uint64_t rss_pages;         ///< the kernel's figure (statm) just before; 0: not read
  std::uint64_t page_table_bytes;  ///< VmPTE; not part of the RSS; 0: not read
  std::uint64_t swapped_bytes;     ///< VmSwap
  MEMLINE_FIELDS(kResidentLook) {
    c.time(r.time, d), c.number(r.monotonic_ns), c.number(r.reason), c.number(r.rss_pages);
    c.number(r.page_table_bytes), c.number(r.swapped_bytes);
  }
};

/// Regions of the kinds kPrivate and kShared come in order of address and do not overlap.
struct ResidentRegion {
  RegionKind kind;
  std::uint64_t begin, length_bytes;
  std::uint32_t protection;  ///< PROT_*
  std::string_view name;     ///< as /proc/PID/maps has it: a path, "[heap]", ""
  MEMLINE_FIELDS(kResidentRegion) {
    c.number(r.kind), c.block_address(r.begin, d), c.number(r.length_bytes), c.number(r.protection), c.text(r.name);
  }
};

/// Pages that occupy RAM; shared zero pages do not. Runs of all records of a look come in order of address.
struct ResidentPages {
  struct Run {
    std::uint64_t gap = 0;    ///< pages between the end of the run before and this one
    std::uint64_t pages = 0;  ///< at least 1
  };
  std::uint64_t first_page;  ///< address / page size: where the gap of the first run begins
  std::uint32_t count;       ///< 1..kMaxPageRuns
  std::array<Run, kMaxPageRuns> runs;
  MEMLINE_FIELDS(kResidentPages) {
    c.number(r.first_page), c.number(r.count);
    if (r.count > kMaxPageRuns) {
      if constexpr (!Codec::kWrites) c.fail();
      return;
    }
    for (std::uint32_t i = 0; i < r.count; ++i) c.number(r.runs[i].gap), c.number(r.runs[i].pages);
  }
};

struct ResidentEnd {
  std::uint64_t time;
  std::uint32_t complete;  ///< 0: not all of the address space was looked at
  MEMLINE_FIELDS(kResidentEnd) { c.time(r.time, d), c.number(r.complete); }
};

/// A counter of the image, or one that was asked for and could not be had.
struct Counter {
  std::uint32_t counter;  ///< counts from 1 within the image
  CounterUnit unit;
  Sampling sampling;
  std::uint64_t interval;
  std::uint32_t user_only;   ///< 1: what happens inside the kernel does not count
  std::uint32_t asked_for;   ///< 0: counted for the sake of the resident bytes only
  std::uint32_t faults;      ///< 1: its samples are the PageFault records
  std::string_view name;     ///< as it was asked for
  std::string_view refusal;  ///< why it is not counted, and what to do about it; "": it is
  MEMLINE_FIELDS(kCounter) {
    c.number(r.counter), c.number(r.unit), c.number(r.sampling), c.number(r.interval), c.number(r.user_only);
    c.number(r.asked_for), c.number(r.faults), c.text(r.name), c.text(r.refusal);
  }
};

/// A module in which a sample was taken; a definition as Module is, with numbers of its own.
struct SampledModule {
  std::uint32_t module;  ///< counts from 1 within the image's sampler lane
  std::uint64_t begin, end, bias;
  std::uint32_t main_executable;
  std::string_view build_id, path;
  MEMLINE_FIELDS(kSampledModule) {
    c.number(r.module), c.number(r.begin), c.number(r.end), c.number(r.bias), c.number(r.main_executable);
    c.text(r.build_id), c.text(r.path);
  }
};

struct Sample {
  std::uint64_t time;
  std::uint32_t tid, counter;
  std::uint64_t value;  ///< events (or ns) since the sample before
  std::uint32_t stack;
  MEMLINE_FIELDS(kSample) {
    c.time(r.time, d), c.number(r.tid), c.number(r.counter), c.number(r.value), c.delta(r.stack, d.stack);
  }
};

/// The page at the address became resident, or writable where it was shared with others.
struct PageFault {
  std::uint64_t time;
  std::uint32_t tid;
  std::uint64_t address;
  std::uint32_t stack;
  MEMLINE_FIELDS(kPageFault) {
    c.time(r.time, d), c.number(r.tid), c.block_address(r.address, d), c.delta(r.stack, d.stack);
  }
};

/// Where it was enabled for longer than it was counting, it shared the processor's counters with others.
struct CounterTotal {
  std::uint64_t time;
  std::uint32_t counter;
  std::uint64_t value;  ///< as counted
  std::uint64_t enabled_ns, counting_ns;
  std::uint32_t estimated;  ///< 1: from the samples; the kernel counted several processes together
  MEMLINE_FIELDS(kCounterTotal) {
    c.time(r.time, d), c.number(r.counter), c.number(r.value), c.number(r.enabled_ns), c.number(r.counting_ns);
    c.number(r.estimated);
  }
};

struct SamplesLost {
  std::uint64_t time, records;
  MEMLINE_FIELDS(kSamplesLost) { c.time(r.time, d), c.number(r.records); }
};

#undef MEMLINE_FIELDS

template <class... Records>
struct TypeList {};
using AllRecords =
    TypeList<ImageStart, Thread, ThreadEnd, Module, Stack, NamedFrame, Acquire, AcquireUsable, Release, MoveBegin,
             MoveEnd, Map, Unmap, UnmapFailed, RemapBegin, RemapEnd, Protect, Advise, Lock, Break, Tick, Clock, Mark,
             SpanBegin, SpanEnd, SpanAttach, SpanDetach, Recording, PoolCreate, PoolBacking, PoolAcquire, PoolRealloc,
             PoolRelease, PoolReset, PoolDestroy, ForkedFrom, ForkPosition, Exec, ExecFailed, Exit, ResidentLook,
             ResidentRegion, ResidentPages, ResidentEnd, Counter, SampledModule, Sample, PageFault, CounterTotal,
             SamplesLost, ChildExec>;

/// Records of a few numbers, which are nearly all that there are: one look at the room that is left is enough for them.
template <class Record>
concept ShortRecord = std::same_as<Record, Acquire> || std::same_as<Record, AcquireUsable> ||
    std::same_as<Record, Release> || std::same_as<Record, MoveBegin> || std::same_as<Record, MoveEnd>;
inline constexpr std::ptrdiff_t kMostShortRecordBytes = 1 + 8 * kMaxVarintBytes;

/// Appends a record. False: it did not fit and nothing changed; the caller takes a new block and repeats.
template <ShortRecord Record>
[[gnu::always_inline]] inline bool encode(std::byte*& position, std::byte* end, DeltaState& state,
                                          const Record& record) {
  if (end - position < kMostShortRecordBytes) return false;
  *position = static_cast<std::byte>(Record::kType);
  BasicEncoder<false> encoder(position + 1, end);
  Record::fields(encoder, state, record);
  position = encoder.position();
  return true;
}

template <class Record>
bool encode(std::byte*& position, std::byte* end, DeltaState& state, const Record& record) {
  if (position == end) return false;
  Encoder encoder(position + 1, end);
  DeltaState next = state;
  Record::fields(encoder, next, record);
  if (!encoder.ok()) return false;
  *position = static_cast<std::byte>(Record::kType);
  position = encoder.position();
  state = next;
  return true;
}

}  // namespace memline::trace
