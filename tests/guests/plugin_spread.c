/* See plugin_narrow.c. */
#include <stddef.h>

#include "guest.h"

/* Other sizes, and every statement at another line. */
enum {
  kInner = 1000,
  kMiddle = 2304,
};

NOINLINE static void inner_spread(void* (*take)(size_t)) {
  volatile char frame[kInner];
  frame[0] = frame[kInner - 1] = 1;

  for (int i = 0; i < 3; ++i) {
    KEEP(take(2222));  // expect inner_spread: allocated=4*3*2222 allocations=12 seen=4 peak=3*2222
  }

  KEEP(frame);
}

NOINLINE static void middle_spread(void* (*take)(size_t)) {
  volatile char frame[kMiddle];
  frame[0] = frame[kMiddle - 1] = 1;

  KEEP(take(20));  // expect middle_spread: allocated=4*20 allocations=4 seen=4 peak=20

  inner_spread(take);  // expect middle_spread: allocated=4*3*2222 allocations=12 seen=4 peak=3*2222

  KEEP(frame);
}

void plugin_enter(void* (*take)(size_t)) {
  middle_spread(take);
  KEEP(take);
}
