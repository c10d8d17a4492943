/// \file demangle_rust_v0(): Rust's newer symbol names ("_R..."), by GNU libiberty.
#pragma once

#include <string>
#include <string_view>

namespace memline::symbols {

/// "_RNvNtCs1234_7mycrate3foo3bar" -> "mycrate::foo::bar", without the hashes that tell crates apart. "" if it is no such
/// name, or if it stands for an absurdly long one.
std::string demangle_rust_v0(std::string_view symbol);

}  // namespace memline::symbols
