#include "thread_end.h"

#include <limits.h>
#include <pthread.h>

#include <atomic>

#include "lane_use.h"

namespace memline::capture {
namespace {

pthread_key_t key;
std::atomic<bool> has_key;

/// Destructors run in rounds as long as values are set: ours sets its value again, so that the program's destructors,
/// which may allocate and free, come before its last one.
void on_thread_end(void*) noexcept {
  ThreadState& self = thread_state;
  if (++self.destructor_rounds < PTHREAD_DESTRUCTOR_ITERATIONS) {
    pthread_setspecific(key, &self);
  } else {
    LaneUse::end_thread();
  }
}

}  // namespace

void watch_thread_ends() noexcept {
  if (!has_key && pthread_key_create(&key, on_thread_end) == 0) has_key = true;
}

void watch_this_thread() noexcept {
  if (has_key.load(std::memory_order_relaxed)) pthread_setspecific(key, &thread_state);
}

}  // namespace memline::capture
