#include "hook_support.h"

#include "lane_use.h"
#include "sys.h"

namespace memline::capture {

namespace {

enum class Between : std::uint8_t { kUnknown, kNothing, kSignal, kNoHook };

/// What stands between this hook's caller and the hook whose frame is at `mark`.
Between look_between(const Site& site, std::uint64_t mark) noexcept {
  if (session.backtrace != nullptr) return Between::kUnknown;
  const LaneUse use(site.sp - 16);
  if (use.get() == nullptr) return Between::kUnknown;
  Unwinder& unwinder = *use.get()->unwinder;
  const StackBounds bounds = thread_state.stack.bounds(site.sp, session.system_calls_allowed());
  const Unwinder::Walk walk = unwinder.walk(site, bounds);
  const std::uint64_t return_slot_of_hook = mark + 8;
  bool signal = false;
  for (std::uint32_t i = walk.depth; i > 0; --i) {
    if (unwinder.return_slot(i - 1) == return_slot_of_hook) return signal ? Between::kSignal : Between::kNothing;
    signal = signal || unwinder.frame(i - 1).exact != 0;
  }
  return walk.end == StackEnd::kRoot ? Between::kNoHook : Between::kUnknown;
}

}  // namespace

bool is_nested(const Site& site) noexcept {
  ThreadState& self = thread_state;
  if (self.inside_sp == 0) return false;
  self.stack.bounds(site.sp, session.system_calls_allowed());
  Between between = Between::kNoHook;
  if (!is_stale(self.inside_sp, site.sp - 16, self, session.system_calls_allowed()))
    between = look_between(site, self.inside_sp);
  if (between == Between::kNoHook) self.inside_sp = 0;
  return between == Between::kNothing || between == Between::kUnknown;
}

long as_libc(long result) noexcept {
  if (!sys::failed(result)) return result;
  if (is_program_loaded()) errno = static_cast<int>(-result);
  return -1;
}

bool decide_acquisition(const Site& site, std::uint64_t bytes) noexcept {
  switch (session.ensure_started()) {
    case State::kRecording:
      return !is_nested(site);
    case State::kStopped:
      if (!is_nested(site)) session.count_lost(trace::Loss::kTraceFull, 1, bytes);
      return false;
    default:
      return false;
  }
}

bool decide_release(const Site& site) noexcept {
  switch (session.ensure_started()) {
    case State::kRecording:
    case State::kPaused:
      return !is_nested(site);
    case State::kStopped:
      if (!is_nested(site)) session.count_lost(trace::Loss::kTraceFull, 1, 0);
      return false;
    default:
      return false;
  }
}

}  // namespace memline::capture
