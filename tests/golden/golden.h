/// \file check_golden(): compares a text with a file of tests/golden. tools/renew_goldens.sh rewrites the files; the
/// difference is then to be read, line by line, before it is committed.
#pragma once

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "support/catch.h"

namespace memline::test {

inline std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// MEMLINE_GOLDEN_FOLDER is set by the CMakeLists.txt of the test.
inline void check_golden(const std::string& name, const std::string& actual) {
  const std::string path = std::string(MEMLINE_GOLDEN_FOLDER) + '/' + name;
  if (std::getenv("MEMLINE_RENEW_GOLDENS") != nullptr) std::ofstream(path, std::ios::binary) << actual;
  INFO("golden file " << path);
  CHECK(actual == read_file(path));
}

}  // namespace memline::test
