/* Knows its own stacks: built with -finstrument-functions, it keeps the chain of functions that were entered and not
 * left yet, inlined ones included, and writes it down at every call of the malloc family. A random walk leads through
 * frames of every shape. The log goes to the file that EXACT_OUT names, a line an event:
 *
 *   a SIZE FUNCTION...        f SIZE FUNCTION...        r OLD_SIZE SIZE FUNCTION...
 *
 * No two blocks have the same size, which names them. Functions are offsets in the program, outermost first.
 */
#define _GNU_SOURCE
#include <alloca.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "guest.h"

#define PLAIN __attribute__((no_instrument_function, noinline))

enum { kMostEntered = 4000, kSlots = 64, kEventsPerThread = 4000, kDeepest = 40 };

static __thread void* entered[kMostEntered];
static __thread int entered_count;
static __thread struct Slot {
  void* block;
  size_t size;
} slots[kSlots], *slot;
static __thread unsigned seed;
static __thread int events;
static size_t last_size = 100;
static int output;
extern char __executable_start[];

PLAIN void __cyg_profile_func_enter(void* function, void* site) {
  (void)site;
  if (entered_count == kMostEntered) abort();
  entered[entered_count++] = function;
}
PLAIN void __cyg_profile_func_exit(void* function, void* site) {
  (void)function, (void)site;
  --entered_count;
}

PLAIN static unsigned pick(unsigned choices) {
  seed = seed * 1103515245u + 12345u;
  return (seed >> 16) % choices;
}

PLAIN static void note(const char* event) {
  static char line[kMostEntered * 10 + 100];
  static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  pthread_mutex_lock(&mutex);
  char* end = stpcpy(line, event);
  for (int i = 0; i < entered_count; ++i) {
    uintptr_t offset = (uintptr_t)entered[i] - (uintptr_t)__executable_start;
    *end++ = ' ';
    for (int shift = 28; shift >= 0; shift -= 4) *end++ = "0123456789abcdef"[offset >> shift & 15];
  }
  *end++ = '\n';
  if (write(output, line, (size_t)(end - line)) != end - line) abort();
  pthread_mutex_unlock(&mutex);
  ++events;
}

/* What stands before each call: the call itself has to be made by the instrumented function. */
PLAIN static size_t before_malloc(void) {
  char event[60];
  size_t size = __atomic_add_fetch(&last_size, 1, __ATOMIC_RELAXED);
  snprintf(event, sizeof event, "a %zu", size);
  note(event);
  slot->size = size;
  return size;
}
PLAIN static void* before_free(void) {
  char event[60];
  snprintf(event, sizeof event, "f %zu", slot->size);
  note(event);
  void* block = slot->block;
  *slot = (struct Slot){NULL, 0};
  return block;
}
PLAIN static size_t before_realloc(void) {
  char event[60];
  size_t size = __atomic_add_fetch(&last_size, 1, __ATOMIC_RELAXED);
  snprintf(event, sizeof event, "r %zu %zu", slot->size, size);
  note(event);
  slot->size = size;
  return size;
}
PLAIN static int choose(void) {
  if (events >= kEventsPerThread) return 5;
  slot = &slots[pick(kSlots)];
  return (int)pick(2) != 0 ? 3 : slot->block == NULL ? 0 : 1 + (int)pick(2);
}

static void step(int depth);

#define TAKE() (slot->block = malloc(before_malloc()))
#define ACT(depth)                                                \
  for (unsigned turns = 1 + pick(4); turns > 0; --turns) {        \
    switch (choose()) {                                           \
      case 0: TAKE(); break;                                      \
      case 1: free(before_free()); break;                         \
      case 2: slot->block = realloc(slot->block, before_realloc()); break; \
      case 3: if ((depth) > 0) step((depth)-1); break;            \
      default: break;                                             \
    }                                                             \
  }

NOINLINE static void small(int depth) {
  ACT(depth)
}
NOINLINE static void wide(int depth) {
  volatile char pad[3000];
  pad[0] = 1;
  ACT(depth)
  pad[2999] = pad[0];
}
NOINLINE static void variable(int depth) {
  volatile char* pad = alloca(16 + pick(700));
  pad[0] = 1;
  ACT(depth)
  pad[1] = pad[0];
}
NOINLINE static void realigned(int depth) {
  _Alignas(128) volatile char pad[256];
  pad[0] = 1;
  ACT(depth)
  KEEP(pad);
}
NOINLINE static void realigned_variable(int depth) {
  _Alignas(64) volatile char pad[64];
  volatile char* more = alloca(16 + pick(300));
  pad[0] = more[0] = 1;
  ACT(depth)
  KEEP(pad);
  KEEP(more);
}
NOINLINE static long many_registers(int depth, long a, long b, long c, long d, long e, long f, long g) {
  ACT(depth)
  a += b * c;
  ACT(depth)
  return a + d * e + f * g;
}
static void maybe_inlined(int depth) {
  ACT(depth)
}
ALWAYS_INLINE void inlined_inner(int depth) {
  ACT(depth)
}
ALWAYS_INLINE void inlined_outer(int depth) {
  if (choose() == 0) TAKE();
  inlined_inner(depth);
}
NOINLINE static void inliner(int depth) {
  inlined_outer(depth);
  maybe_inlined(depth);
  inlined_inner(depth);
}
NOINLINE static void recursive(int depth, int times) {
  ACT(depth)
  if (times > 0) recursive(depth, times - 1);
  ACT(0)
}

static __thread int sort_depth;
static int compare(const void* a, const void* b) {
  int depth = sort_depth;
  sort_depth = 0;
  ACT(depth > 3 ? 3 : depth)
  return *(const int*)a - *(const int*)b;
}
NOINLINE static void sorter(int depth) {
  int numbers[] = {3, 1, 2};
  sort_depth = depth;
  qsort(numbers, 3, sizeof numbers[0], compare);
}

static void on_signal(int number) {
  ACT(number == SIGUSR1 ? 2 : 1)
}
NOINLINE static void signalled(int depth) {
  raise(pick(2) != 0 ? SIGUSR1 : SIGUSR2);
  ACT(depth)
}

NOINLINE static void jump(jmp_buf* back, int depth, int times) {
  ACT(depth)
  if (times == 0) longjmp(*back, 1);
  jump(back, depth, times - 1);
  KEEP(back);
}
PLAIN static void forget_entered(int count) {
  entered_count = count;
}
NOINLINE static void jumper(int depth) {
  jmp_buf back;
  volatile int count = entered_count;
  if (setjmp(back) == 0) {
    jump(&back, depth > 2 ? 2 : depth, (int)pick(5));
  } else {
    forget_entered(count);
  }
  ACT(depth)
}

typedef void (*Shape)(int);
NOINLINE static void step(int depth) {
  static const Shape shapes[] = {small, wide, variable, realigned, realigned_variable, inliner, sorter, signalled, jumper};
  unsigned which = pick(11);
  if (which == 9) {
    recursive(depth, (int)pick(6));
  } else if (which == 10) {
    OPAQUE(depth);
    KEEP(many_registers(depth, 1, 2, 3, 4, 5, 6, 7));
  } else {
    shapes[which](depth);
  }
}

static void* walk(void* start) {
  static __thread char other_stack[256 << 10];
  stack_t stack = {.ss_sp = other_stack, .ss_size = sizeof other_stack};
  if (sigaltstack(&stack, NULL) != 0) abort();
  seed = (unsigned)(uintptr_t)start;
  while (events < kEventsPerThread) step(kDeepest);
  return NULL;
}

int main(void) {
  const char* path = getenv("EXACT_OUT");
  output = open(path != NULL ? path : "/dev/null", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (output < 0) return 1;
  sigaction(SIGUSR1, &(struct sigaction){.sa_handler = on_signal, .sa_flags = SA_NODEFER}, NULL);
  sigaction(SIGUSR2, &(struct sigaction){.sa_handler = on_signal, .sa_flags = SA_ONSTACK}, NULL);
  walk((void*)1);
  pthread_t threads[2];
  for (uintptr_t i = 0; i < 2; ++i) pthread_create(&threads[i], NULL, walk, (void*)(i + 2));
  for (int i = 0; i < 2; ++i) pthread_join(threads[i], NULL);
  return 0;
}
