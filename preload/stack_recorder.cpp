#include "stack_recorder.h"

#include "own_memory.h"
#include "session.h"
#include "sys.h"

namespace memline::capture {

constinit CodeRange own_code{};

namespace {

static_assert(static_cast<int>(StackEnd::kBadMemory) == static_cast<int>(trace::StackEnd::kBadMemory));
static_assert(static_cast<int>(StackEnd::kNoUnwindInfo) == static_cast<int>(trace::StackEnd::kNoUnwindInfo));
static_assert(static_cast<int>(StackEnd::kDepthLimit) == static_cast<int>(trace::StackEnd::kDepthLimit));

constexpr std::size_t kReturnAddresses = kMaxFrames + 64;  // some more, for frames of our own

/// The loader keeps the name that dlopen was given, which may be relative to a folder that was left since. On its own,
/// since a path takes more stack than a hook may use.
[[gnu::noinline]] bool write_with_mapped_path(Lane& lane, trace::Module& module) noexcept {
  PathText mapped;
  if (mapped_path(module.begin, mapped)) module.path = mapped.view();
  return lane.write(module);
}

bool record_module(Lane& lane, ModuleEntry& entry) noexcept {
  trace::Module module{};
  module.module = entry.number;
  module.generation = entry.first_generation / 2;  // each dlclose counts twice in the epoch
  module.begin = entry.begin;
  module.end = entry.end;
  module.bias = entry.bias;
  module.main_executable = entry.main_executable ? 1 : 0;
  module.build_id = entry.build_id_view();
  module.path = entry.main_executable ? session.executable.view() : cut_text(entry.path, trace::kMaxTextBytes);
  const bool relative =
      !module.path.empty() && module.path[0] != '/' && module.path.find('/') != std::string_view::npos;
  const bool written =
      relative && session.system_calls_allowed() ? write_with_mapped_path(lane, module) : lane.write(module);
  if (!written) return false;
  ModuleTable::recorded(entry);
  return true;
}

bool describe(Lane& lane, std::uint64_t pc, bool exact, trace::FrameRef& out) noexcept {
  const auto generation = static_cast<std::uint32_t>(lane.epoch);
  // A return address may lie right behind the end of its module: the call was its last instruction.
  ModuleEntry* const entry = session.modules.find(exact ? pc : pc - 1, generation);
  out.exact = exact;
  out.module = 0;
  out.offset = pc;
  if (entry == nullptr) return true;
  if (entry->state.load(std::memory_order_acquire) != ModuleEntry::kRecorded && !record_module(lane, *entry))
    return false;
  out.module = entry->number;
  out.offset = pc - entry->bias;
  return true;
}

/// The loader's first instructions have no unwind information, and nothing lies outside of them: a program's start, seen
/// from the constructors that run before it.
StackEnd known_end(std::uint64_t outermost_pc, StackEnd end, std::uint32_t generation) noexcept {
  if (end != StackEnd::kNoUnwindInfo) return end;
  const ModuleEntry* const entry = session.modules.find(outermost_pc - 1, generation);
  if (entry == nullptr || entry->path == nullptr) return end;
  return last_part(entry->path).starts_with("ld-") ? StackEnd::kRoot : end;
}

/// Records the frames from `first` inwards, the first as a child of `parent`. Gives the innermost one's id, or 0.
std::uint32_t record_frames(Lane& lane, std::uint32_t first, std::uint32_t parent, StackEnd end) noexcept {
  Unwinder& unwinder = *lane.unwinder;
  const std::uint32_t depth = unwinder.depth();
  trace::Stack& record = lane.stack_record;
  for (std::uint32_t begin = first; begin < depth;) {
    record.first_id = lane.next_stack_id;
    record.parent = parent;
    record.end = static_cast<trace::StackEnd>(end);
    record.count = 0;
    std::uint32_t next = begin;
    for (; next < depth && record.count < trace::kMaxFramesPerRecord; ++next) {
      const std::uint64_t pc = unwinder.pc(next);
      if (own_code.contains(pc)) continue;
      if (!describe(lane, pc, unwinder.frame(next).exact != 0, record.frames[record.count])) return 0;
      ++record.count;
    }
    if (record.count != 0 && !lane.write(record)) return 0;
    for (; begin < next; ++begin) {
      if (!own_code.contains(unwinder.pc(begin))) parent = lane.next_stack_id++;
      unwinder.frame(begin).node = parent;
    }
  }
  return parent;
}

std::uint32_t record_new_stack(Lane& lane, StackEnd end, std::uint64_t hash) noexcept {
  Unwinder& unwinder = *lane.unwinder;
  std::uint32_t first = unwinder.depth();
  std::uint32_t parent = 0;
  for (; first > 0; --first) {
    parent = unwinder.frame(first - 1).node;
    if (parent != 0) break;
  }
  if (parent == 0) end = known_end(unwinder.pc(0), end, static_cast<std::uint32_t>(lane.epoch));
  const std::uint32_t id = record_frames(lane, first, parent, end);
  if (id != 0) lane.stacks.insert(hash, id, session.system_calls_allowed());
  return id;
}

Unwinder::Walk walk(Lane& lane, const StartRegisters& start) noexcept {
  if (session.backtrace != nullptr) [[unlikely]] {
    if (lane.return_addresses == nullptr) {
      lane.return_addresses = static_cast<void**>(map_own(kReturnAddresses * sizeof(void*)));
    }
    if (lane.return_addresses != nullptr) {
      // libunwind maps and allocates memory through our hooks: that is not the program's.
      const std::uint64_t outer = thread_state.inside_sp;
      thread_state.inside_sp = start.sp - 16;
      thread_state.in_libunwind = true;
      const Unwinder::Walk result =
          libunwind_walk(*lane.unwinder, session.backtrace, start, lane.return_addresses, kReturnAddresses);
      thread_state.in_libunwind = false;
      thread_state.inside_sp = outer;
      return result;
    }
  }
  return lane.unwinder->walk(start, thread_state.stack.bounds(start.sp, session.system_calls_allowed()));
}

[[gnu::noinline]] std::uint32_t record_walk(Lane& lane, const StartRegisters& start) noexcept {
  const Unwinder::Walk result = walk(lane, start);
  KeptFrame& innermost = lane.unwinder->frame(result.depth - 1);
  if (innermost.node != 0) return innermost.node;
  const std::uint32_t known = lane.stacks.find(innermost.hash);
  if (known != 0) [[likely]] {
    innermost.node = known;
    return known;
  }
  return record_new_stack(lane, result.end, innermost.hash);
}

}  // namespace

std::uint32_t record_stack(Lane& lane, const StartRegisters& start) noexcept {
  KnownStack* const stack = lane.unwinder->known_stack(start);
  if (stack != nullptr) [[likely]] {
    if (stack->node == 0) [[unlikely]]
      stack->node = lane.stacks.find(stack->hash);
    if (stack->node != 0) [[likely]]
      return stack->node;
  }
  return record_walk(lane, start);
}

std::uint32_t record_lone_frame(Lane& lane, std::uint64_t return_address) noexcept {
  trace::Stack& record = lane.stack_record;
  record.first_id = lane.next_stack_id;
  record.parent = 0;
  record.end = trace::StackEnd::kBadMemory;
  record.count = 1;
  if (!describe(lane, return_address, false, record.frames[0]) || !lane.write(record)) return 0;
  return lane.next_stack_id++;
}

}  // namespace memline::capture
