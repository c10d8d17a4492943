/* plugin_narrow.c and plugin_spread.c have the same code at the same offsets, but for the sizes of their frames: whatever
 * was remembered of an address in one is wrong in the other. */
#include <stddef.h>

#include "guest.h"

enum { kInner = 200, kMiddle = 304 };

NOINLINE static void inner_narrow(void* (*take)(size_t)) {
  volatile char frame[kInner];
  frame[0] = frame[kInner - 1] = 1;
  for (int i = 0; i < 3; ++i) {
    KEEP(take(1111));  // expect inner_narrow: allocated=4*3*1111 allocations=12 seen=4 peak=3*1111
  }
  KEEP(frame);
}

NOINLINE static void middle_narrow(void* (*take)(size_t)) {
  volatile char frame[kMiddle];
  frame[0] = frame[kMiddle - 1] = 1;
  KEEP(take(10));  // expect middle_narrow: allocated=4*10 allocations=4 seen=4 peak=10
  inner_narrow(take);  // expect middle_narrow: allocated=4*3*1111 allocations=12 seen=4 peak=3*1111
  KEEP(frame);
}

void plugin_enter(void* (*take)(size_t)) {
  middle_narrow(take);
  KEEP(take);
}
