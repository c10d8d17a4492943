// A C++ plugin that brings libstdc++ into a C program, bound locally.
#include <vector>

#include "guest.h"

namespace {
NOINLINE void fill_vector() {
  std::vector<double> v;
  v.reserve(500);  // expect fill_vector: allocated=4000 allocations=1
  KEEP(v.data());
  std::vector<double>().swap(v);  // expect fill_vector: freed=4000 frees=1
  KEEP(v.data());
  int* leaked = new int[25];  // expect fill_vector: allocated=100 allocations=1
  KEEP(leaked);
}
}  // namespace

extern "C" void plugin_entry() {
  fill_vector();
  KEEP(0);
}
// expect total fill_vector: increment=100 peak=4000 allocations=2 frees=1 seen=1
