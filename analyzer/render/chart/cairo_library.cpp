#include "render/chart/cairo_library.h"

#include <dlfcn.h>

#include <optional>

namespace memline::render {
namespace {

std::optional<CairoLibrary> load() {
  void* const handle = ::dlopen("libcairo.so.2", RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) return std::nullopt;
  CairoLibrary library;
  bool complete = true;
  const auto find = [&](auto& function, const char* name) {
    function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(::dlsym(handle, name));
    complete = complete && function != nullptr;
  };
#define MEMLINE_CAIRO_FIND(NAME) find(library.NAME, "cairo_" #NAME);
  MEMLINE_CAIRO_FUNCTIONS(MEMLINE_CAIRO_FIND)
#undef MEMLINE_CAIRO_FIND
  return complete ? std::optional(library) : std::nullopt;
}

}  // namespace

const CairoLibrary* CairoLibrary::find() {
  static const std::optional<CairoLibrary> library = load();
  return library ? &*library : nullptr;
}

}  // namespace memline::render
