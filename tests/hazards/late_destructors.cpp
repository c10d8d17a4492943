// Allocates and frees in destructors of thread-locals, of keys, of statics, and in atexit handlers: after ours may have run.
#include <pthread.h>

#include "hazard.h"

namespace {

struct OfThread {
  ~OfThread() { churn(1, 8101); }
  int used = 0;
};
thread_local OfThread of_thread;

pthread_key_t key;
void destroy_key(void* rounds) {
  churn(1, 8102);
  const auto left = reinterpret_cast<long>(rounds);
  if (left > 1) pthread_setspecific(key, reinterpret_cast<void*>(left - 1));
}

struct OfProgram {
  ~OfProgram() { churn(1, 8103); }
} of_program;

void* thread_main(void*) {
  of_thread.used = 1;
  pthread_setspecific(key, reinterpret_cast<void*>(3L));
  return nullptr;
}

}  // namespace

int main() {
  atexit([] { churn(1, 8104); });
  on_exit([](int, void*) { churn(1, 8105); }, nullptr);
  pthread_key_create(&key, destroy_key);
  for (int i = 0; i < 50; ++i) {
    pthread_t thread;
    pthread_create(&thread, nullptr, thread_main, nullptr);
    pthread_join(thread, nullptr);
  }
  of_thread.used = 1;
  puts("ok");
}
