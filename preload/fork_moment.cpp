#include "fork_moment.h"

#include <pthread.h>

#include "session.h"
#include "sys.h"

namespace memline::capture {
namespace {

/// Written by the one thread of a forked child, before it goes on.
ForkMoment moment;
std::uint32_t forked_pid;  ///< whose moment that is: children of its own may come from clone and have none

void on_forked() noexcept {
  if (!session.system_calls_allowed()) return;
  moment = {session.clock.now(), sys::monotonic_ns(), sys::realtime_ns()};
  forked_pid = sys::getpid();
  // Samples need a trace to stand in, even if the child never comes to an event or to an end that we see.
  if (session.settings.is_sampled()) session.ensure_started();
}

}  // namespace

void watch_forks() noexcept {
  pthread_atfork(nullptr, nullptr, on_forked);
}

const ForkMoment* fork_moment(std::uint32_t pid) noexcept {
  return pid != 0 && pid == forked_pid ? &moment : nullptr;
}

}  // namespace memline::capture
