/// \file demangle_bounded(): libiberty's demanglers, but never more text than people can use.
#pragma once

#include <string>
#include <string_view>

namespace memline::symbols {

enum class Mangling { kItanium, kRustV0 };

/// "" if `symbol` is not mangled so, or if its text would be longer than 64 KiB: references within a symbol can make a
/// few hundred bytes stand for gigabytes.
std::string demangle_bounded(std::string_view symbol, Mangling mangling);

}  // namespace memline::symbols
