// Exceptions, forced unwinding and longjmp cross frames that allocate.
#include <pthread.h>
#include <unistd.h>

#include <csetjmp>
#include <memory>
#include <stdexcept>

#include "hazard.h"

namespace {

int destroyed = 0;
struct Counts {
  ~Counts() { ++destroyed; }
};

NOINLINE void thrower(int depth) {
  const std::unique_ptr<char[]> block(new char[7901]);
  const Counts counts;
  KEEP(block.get());
  if (depth == 0) throw std::runtime_error("out");
  thrower(depth - 1);
}

jmp_buf target;
NOINLINE void jumper(int depth) {
  churn(1, 7902);
  if (depth == 0) longjmp(target, 1);
  jumper(depth - 1);
}

void* leave(void*) {
  const Counts counts;
  churn(1, 7903);
  pthread_exit(nullptr);
}

}  // namespace

int main() {
  int caught = 0;
  volatile int jumped = 0;
  for (int i = 0; i < 4000; ++i) {
    try {
      thrower(4);
    } catch (const std::exception&) {
      ++caught;
    }
  }
  for (volatile int i = 0; i < 4000; i = i + 1) {
    if (setjmp(target) == 0) {
      jumper(4);
    } else {
      jumped = jumped + 1;
    }
  }
  for (int i = 0; i < 200; ++i) {
    pthread_t thread;
    pthread_create(&thread, nullptr, leave, nullptr);
    pthread_join(thread, nullptr);
  }
  printf("caught %d jumped %d destroyed %d\n", caught, jumped, destroyed);
}
