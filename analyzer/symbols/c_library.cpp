#include "symbols/c_library.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "symbols/name_match.h"

namespace memline::symbols {
namespace {

constexpr std::array<std::string_view, 6> kFolders = {"/lib/*",     "/lib32/*",     "/lib64/*",
                                                      "/usr/lib/*", "/usr/lib32/*", "/usr/lib64/*"};

constexpr std::array<std::string_view, 12> kLibraryNames = {
    "ld-linux*.so.*", "ld-musl-*.so.*", "ld-2.*.so",       "ld64.so.*",  "libc.so.6",  "libc-2.*.so",
    "libm.so.6",      "libmvec.so.1",   "libpthread.so.0", "libdl.so.2", "librt.so.1", "libresolv.so.2"};

template <std::size_t N>
bool any_matches(const std::array<std::string_view, N>& patterns, std::string_view text) {
  return std::any_of(patterns.begin(), patterns.end(),
                     [text](std::string_view pattern) { return glob_match(pattern, text); });
}

}  // namespace

bool is_c_library(const ModuleFile& file) {
  if (file.main_executable) return false;
  const std::string_view path = file.path;
  const std::size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return false;
  return any_matches(kLibraryNames, path.substr(slash + 1)) && any_matches(kFolders, path);
}

}  // namespace memline::symbols
