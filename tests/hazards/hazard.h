/* What the programs of this folder share. Each makes blocks of sizes that stand nowhere else, so that a trace is checked by counting
 * them; cases.py has what has to be found. */
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define NOINLINE __attribute__((noinline))
/* The optimizer has to assume that somebody looks at the value and at all memory. */
#define KEEP(value) __asm__ volatile("" : : "r"(value) : "memory")

/* `count` blocks that are never freed. */
static inline void blocks(int count, size_t bytes) {
  for (int i = 0; i < count; ++i) {
    void* p = malloc(bytes);
    KEEP(p);
  }
}

/* `count` blocks, each freed at once. */
static inline void churn(int count, size_t bytes) {
  for (int i = 0; i < count; ++i) {
    void* p = malloc(bytes);
    KEEP(p);
    free(p);
  }
}
