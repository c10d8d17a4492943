// A plugin with a static object whose destructor frees: it runs in dlclose, called by code without unwind information.
#include "hazard.h"

namespace {

struct Holder {
  void* block = malloc(9701);
  ~Holder() {
    free(block);
    void* p = malloc(9702);
    KEEP(p);
    free(p);
  }
} holder;

}  // namespace
