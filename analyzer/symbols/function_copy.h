/// \file FunctionCopy: which of the pieces and copies that a compiler makes of one function some code is.
///
/// One call of a function may run through two of them, and so stand on a stack twice: what gcc leaves of a function at
/// its callers calls the rest, which it split off (`f.part.0`), and of a destructor the deleting copy calls the complete
/// one, as that one and the complete copy of a constructor may call the base one (Itanium C++ ABI, 5.1.4.3).
#pragma once

#include <cstdint>
#include <string_view>

namespace memline::symbols {

struct FunctionCopy {
  enum class Variant : std::uint8_t { kNone, kDeleting, kComplete, kBase };

  std::uint8_t parts = 0;  ///< how often the code was split off
  Variant variant = Variant::kNone;

  friend bool operator==(const FunctionCopy&, const FunctionCopy&) = default;
};

/// What a symbol, as it stands in the file, says of the code it names.
FunctionCopy copy_of(std::string_view symbol);

/// Whether code of `rest` that was called from code of `head`, both of one function, belongs to the same call of it.
bool is_same_call(FunctionCopy head, FunctionCopy rest);

}  // namespace memline::symbols
