#include "symbols/function_copy.h"

#include <cstddef>
#include <limits>
#include <string>

#include "symbols/demangle.h"

namespace memline::symbols {
namespace {

using Variant = FunctionCopy::Variant;

/// Places in a symbol that are tried. Parameters behind a constructor may look like one, but not so many.
constexpr int kMostTries = 16;

/// The letter and digit are a constructor's or destructor's if another digit there is another name of what people call
/// the same; anywhere else it would be another name for them too, or none at all.
Variant variant_of(std::string_view symbol) {
  if (!symbol.starts_with("_Z")) return Variant::kNone;
  std::string called;
  int tries = 0;
  for (std::size_t at = symbol.size() - 1; at > 1 && tries < kMostTries; --at) {
    const bool destructor = symbol[at - 1] == 'D';
    const char digit = symbol[at];
    if (!(digit >= (destructor ? '0' : '1') && digit <= '2') || (!destructor && symbol[at - 1] != 'C')) continue;
    ++tries;
    std::string other(symbol);
    other[at] = digit == '2' ? '1' : '2';
    if (called.empty()) called = demangle(symbol);
    if (called.empty() || demangle(other) != called) continue;
    return digit == '0' ? Variant::kDeleting : digit == '1' ? Variant::kComplete : Variant::kBase;
  }
  return Variant::kNone;
}

std::uint8_t count_parts(std::string_view symbol) {
  static constexpr std::string_view kMark = ".part.";
  std::uint8_t parts = 0;
  for (std::size_t at = symbol.find(kMark); at != std::string_view::npos; at = symbol.find(kMark, at + kMark.size())) {
    if (parts < std::numeric_limits<std::uint8_t>::max()) ++parts;
  }
  return parts;
}

}  // namespace

FunctionCopy copy_of(std::string_view symbol) {
  return {count_parts(symbol), variant_of(strip_clone_suffix(symbol))};
}

bool is_same_call(FunctionCopy head, FunctionCopy rest) {
  if (head.parts != rest.parts) return head.parts < rest.parts;
  // Where a destructor is inlined, gcc does not say which copy. The deleting one does nothing but call another.
  if (rest.variant == Variant::kNone) return head.variant == Variant::kDeleting;
  return head.variant != Variant::kNone && head.variant < rest.variant;
}

}  // namespace memline::symbols
