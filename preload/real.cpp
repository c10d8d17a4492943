#include "real.h"

#include <dlfcn.h>
#include <link.h>

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
  MEMLINE_REAL_HOOK_LIST(MEMLINE_RESOLVE)
#undef MEMLINE_RESOLVE
  real = found;
}

const void* visible_malloc() noexcept {
  void* const found = dlsym(RTLD_DEFAULT, "malloc");
  Dl_info info{};
  void* symbol = nullptr;
  // A program at a fixed place that uses malloc's address has that name for its own PLT entry.
  const bool is_known = found != nullptr && dladdr1(found, &info, &symbol, RTLD_DL_SYMENT) != 0 && symbol != nullptr;
  return is_known && static_cast<const ElfW(Sym)*>(symbol)->st_shndx == SHN_UNDEF ? nullptr : found;
}

}  // namespace memline::capture
