#include "real.h"

#include <dlfcn.h>

namespace memline::capture {

constinit RealFunctions real{};

namespace {

template <class Function>
void resolve(Function& function, const char* name) noexcept {
  function = reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

}  // namespace

void resolve_real() noexcept {
  RealFunctions found;
#define MEMLINE_RESOLVE(result, name, parameters) resolve(found.name, #name);
  MEMLINE_HOOK_LIST(MEMLINE_RESOLVE)
#undef MEMLINE_RESOLVE
  static_cast<void>(dlerror());  // the message about a missing name is ours: the program is not to find it
  real = found;
}

const void* visible_malloc() noexcept {
  return dlsym(RTLD_DEFAULT, "malloc");
}

}  // namespace memline::capture
