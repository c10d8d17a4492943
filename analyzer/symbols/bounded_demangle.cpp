#include "symbols/bounded_demangle.h"

#include <libiberty/demangle.h>

#include <csetjmp>
#include <cstddef>

namespace memline::symbols {
namespace {

constexpr std::size_t kMostBytes = std::size_t{1} << 16;

struct Output {
  std::string text;
  std::jmp_buf too_long;
};

void append(const char* data, std::size_t size, void* opaque) {
  Output& output = *static_cast<Output*>(opaque);
  // libiberty has no other way out; the frames that are left are C's, and hold nothing
  if (size > kMostBytes - output.text.size()) std::longjmp(output.too_long, 1);
  output.text.append(data, size);
}

/// A function of its own: no object of C++ lives in it while it may be jumped back to.
bool run(const char* symbol, Mangling mangling, Output& output) {
  if (setjmp(output.too_long) != 0) return false;
  if (mangling == Mangling::kRustV0) return rust_demangle_callback(symbol, 0, append, &output) != 0;
  return cplus_demangle_v3_callback(symbol, DMGL_PARAMS | DMGL_TYPES, append, &output) != 0;
}

}  // namespace

std::string demangle_bounded(std::string_view symbol, Mangling mangling) {
  const std::string terminated(symbol);
  Output output{};
  output.text.reserve(2 * symbol.size());
  if (!run(terminated.c_str(), mangling, output)) return {};
  return std::move(output.text);
}

}  // namespace memline::symbols
