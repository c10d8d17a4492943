// Any text as the name of a function or type: names come from debug information that anybody may have written.
#include <cstdint>
#include <string_view>

#include "symbols/types/allocating_function.h"
#include "symbols/types/held_type.h"
#include "symbols/types/type_spelling.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace memline;  // NOLINT(google-build-using-namespace): a program of one file
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const symbols::AllocatingFunction function = symbols::allocating_function(text);
  const symbols::HeldType held = symbols::held_type(function.type.empty() ? text : std::string_view(function.type));
  symbols::node_of_member(text, held.value);
  return 0;
}
