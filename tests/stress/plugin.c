// Two libraries of the same size: what is loaded second often lies where the first has been. Their functions have lines
// of their own, by which a trace tells them apart.
#include <stdlib.h>

#ifdef PLUGIN_A
void* stress_plugin_a(size_t bytes) {
  void* result = malloc(bytes);
  __asm__ volatile("" ::: "memory");
  return result;
}

void* (*const plugin_function)(size_t) = stress_plugin_a;
#else
void* stress_plugin_b(size_t bytes) {
  void* result = malloc(bytes);
  __asm__ volatile("" ::: "memory");
  return result;
}

void* (*const plugin_function)(size_t) = stress_plugin_b;
#endif
