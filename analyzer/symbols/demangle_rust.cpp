#include "symbols/demangle_rust.h"

#include "symbols/bounded_demangle.h"

namespace memline::symbols {

std::string demangle_rust_v0(std::string_view symbol) {
  std::string text = demangle_bounded(symbol, Mangling::kRustV0);
  // "bar::<u32>" is "bar<u32>" everywhere else
  for (std::size_t at = 0; (at = text.find("::<", at)) != std::string::npos;) text.erase(at, 2);
  return text;
}

}  // namespace memline::symbols
