#include "sampling/code_map.h"

#include "support/catch.h"

namespace memline::sampling {
namespace {

MapRecord map_of(std::uint64_t address, std::uint64_t length, std::string_view path) {
  MapRecord map;
  map.address = address;
  map.length = length;
  map.path = path;
  return map;
}

TEST_CASE("the latest mapping holds, and leaves what it does not cover") {
  CodeFiles files;
  CodeMap code;
  code.add(map_of(0x1000, 0x4000, "/missing/app"), files);
  code.add(map_of(0x9000, 0x1000, "/missing/lib.so"), files);
  code.add(map_of(0x2000, 0x1000, "/missing/plugin.so"), files);
  const auto path_at = [&](std::uint64_t address) {
    const CodeModule* const module = code.find(address);
    return module == nullptr ? std::string() : module->path;
  };
  CHECK(path_at(0xfff).empty());
  CHECK(path_at(0x1000) == "/missing/app");
  CHECK(path_at(0x1fff) == "/missing/app");
  CHECK(path_at(0x2000) == "/missing/plugin.so");
  CHECK(path_at(0x2fff) == "/missing/plugin.so");
  CHECK(path_at(0x3000) == "/missing/app");
  CHECK(path_at(0x4fff) == "/missing/app");
  CHECK(path_at(0x5000).empty());
  CHECK(code.find(0x1000)->main_executable);
  CHECK_FALSE(code.find(0x9000)->main_executable);
  CHECK(code.find(0x1000)->frames == nullptr);
  code.add(map_of(0x1000, 0x10000, "//anon"), files);
  CHECK(code.find(0x2000) == nullptr);
}

TEST_CASE("a mapping that goes over the end of memory is none") {
  CodeFiles files;
  CodeMap code;
  code.add(map_of(~std::uint64_t{0} - 10, 100, "/missing/app"), files);
  CHECK(code.empty());
}

}  // namespace
}  // namespace memline::sampling
