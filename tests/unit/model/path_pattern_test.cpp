#include "model/path_pattern.h"

#include "support/catch.h"

namespace memline::model {
namespace {

TEST_CASE("a plain pattern is a path, its end, or a folder above it") {
  CHECK(path_matches("/src/app.cpp", "/src/app.cpp"));
  CHECK(path_matches("app.cpp", "/src/app.cpp"));
  CHECK(path_matches("src/app.cpp", "/home/src/app.cpp"));
  CHECK(path_matches("vendor", "/home/vendor/zlib/inflate.c"));
  CHECK(path_matches("/home/vendor", "/home/vendor/zlib/inflate.c"));
  CHECK(path_matches("/home/vendor/", "/home/vendor/zlib/inflate.c"));
  CHECK_FALSE(path_matches("pp.cpp", "/src/app.cpp"));
  CHECK_FALSE(path_matches("app.c", "/src/app.cpp"));
  CHECK_FALSE(path_matches("/vendor", "/home/vendor/zlib/inflate.c"));
  CHECK_FALSE(path_matches("", "/src/app.cpp"));
}

TEST_CASE("a folder is found at its second place, too") {
  CHECK(path_matches("lib", "/mylib/lib/a.c"));
  CHECK_FALSE(path_matches("lib", "/mylib/libs/a.c"));
}

TEST_CASE("a glob is for the whole path, or for its end") {
  CHECK(path_matches("*.cpp", "/src/app.cpp"));
  CHECK(path_matches("/src/*", "/src/deep/app.cpp"));
  CHECK(path_matches("lib*.so", "/opt/libfoo.so"));
  CHECK(path_matches("deep/a?p.cpp", "/src/deep/app.cpp"));
  CHECK_FALSE(path_matches("/rc/*", "/src/app.cpp"));
  CHECK_FALSE(path_matches("eep/*.cpp", "/src/deep/app.cpp"));
}

}  // namespace
}  // namespace memline::model
