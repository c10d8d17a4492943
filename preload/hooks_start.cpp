// The library's constructor, and what it asks the C library to tell us later.
#include <pthread.h>
#include <stdlib.h>

#include "fork_moment.h"
#include "hook_support.h"
#include "lane_use.h"
#include "stack_recorder.h"
#include "thread_end.h"

// The linker's names for the two ends of the library.
extern "C" __attribute__((visibility("hidden"))) const char __ehdr_start[];  // NOLINT(bugprone-reserved-identifier)
extern "C" __attribute__((visibility("hidden"))) const char _end[];          // NOLINT(bugprone-reserved-identifier)

namespace memline::capture {
namespace {

void at_exit(int status, void*) noexcept {
  session.ensure_started();  // a forked child may not have come to an event before
  if (session.has_trace() && session.is_own_process()) {
    record_exit(MEMLINE_CALLER, trace::ExitKind::kExit, status);
  }
}

[[gnu::constructor(101)]] void begin() noexcept {
  const int saved_errno = errno;
  own_code = {address_of(__ehdr_start), address_of(_end) - address_of(__ehdr_start)};
  session.ensure_started();
  session.finish_start();
  watch_forks();
  on_exit(at_exit, nullptr);
  errno = saved_errno;
}

}  // namespace
}  // namespace memline::capture
