/* A thread that allocates and frees all the time, until `stop` is set. */
#pragma once

#include <pthread.h>

#include "hazard.h"

static volatile int stop;

static void* busy(void* unused) {
  while (!stop) {
    churn(200, 64);
    usleep(200);
  }
  return unused;
}
