// Any bytes as kept answers about debug information: they are refused, or mean what their own encoding means.
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#include "symbols/module_answers.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using memline::symbols::ModuleAnswers;
  const std::optional<ModuleAnswers> answers =
      ModuleAnswers::decode(std::string_view(reinterpret_cast<const char*>(data), size));
  if (!answers) return 0;
  const std::string bytes = answers->encode();
  const std::optional<ModuleAnswers> again = ModuleAnswers::decode(bytes);
  if (!again || again->encode() != bytes) std::abort();
  return 0;
}
