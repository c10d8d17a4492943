#include "hook_support.h"

namespace memline::capture {

bool is_nested(const Site& site) noexcept {
  ThreadState& self = thread_state;
  if (self.inside_sp == 0) return false;
  self.stack.bounds(site.sp, session.system_calls_allowed());
  if (!is_stale(self.inside_sp, site.sp - 16, self)) return true;
  self.inside_sp = 0;
  return false;
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
