// A list of mappings as /proc/PID/maps has it, in which paths are the program's own choice.
#include <cstddef>
#include <cstdint>
#include <sstream>
#include <string>

#include "sampling/code_mappings.h"

// NOLINTNEXTLINE(readability-identifier-naming): the name is libFuzzer's
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::istringstream maps(std::string(reinterpret_cast<const char*>(data), size));
  memline::sampling::read_code_mappings(maps, 1, "/a", [](const memline::sampling::MapRecord& map) {
    if (map.length == 0 || map.address + map.length <= map.address) __builtin_trap();
  });
  return 0;
}
