/* What a guest for types knows of its own blocks: it states type, count and bytes as it allocates, and prints them all
   at its end, while everything is still live. types_test.py compares. */
#pragma once

#include <stddef.h>
#include <stdio.h>

#define NOINLINE __attribute__((noinline))
#define KEEP(value) __asm__ volatile("" : : "g"(value) : "memory")

enum { kMostTruths = 256 };
struct Truth {
  const char* kind;
  size_t count, bytes;
  const char* certainty;
};
static struct Truth truths[kMostTruths];
static int truth_count;

static inline void truth(const char* kind, size_t count, size_t bytes) {
  struct Truth stated = {kind, count, bytes, "type"};
  truths[truth_count++] = stated;
}

/* Nothing else would be right, but it is no fault not to know it. */
static inline void truth_if_known(const char* kind, size_t count, size_t bytes) {
  truth(kind, count, bytes);
  truths[truth_count - 1].certainty = "maybe";
}

static inline void tell_truths(void) {
  static char buffer[1 << 14]; /* stdio would allocate one */
  setvbuf(stdout, buffer, _IOFBF, sizeof buffer);
  for (int i = 0; i < truth_count; ++i) {
    printf("%s\t%s\t%zu\t%zu\n", truths[i].certainty, truths[i].kind, truths[i].count, truths[i].bytes);
  }
}
