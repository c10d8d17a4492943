// The library's constructor, and what it asks the C library to tell us later.
#include <pthread.h>
#include <stdlib.h>

#include "hook_support.h"
#include "lane_use.h"
#include "thread_end.h"

namespace memline::capture {
namespace {

void at_exit(int status, void*) noexcept {
  if (session.has_trace() && session.is_own_process()) {
    record_exit(MEMLINE_CALLER, trace::ExitKind::kExit, status);
  }
}

[[gnu::constructor(101)]] void begin() noexcept {
  const int saved_errno = errno;
  session.ensure_started();
  session.finish_start();
  on_exit(at_exit, nullptr);
  errno = saved_errno;
}

}  // namespace
}  // namespace memline::capture
