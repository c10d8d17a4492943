#include "symbols/c_library.h"

#include "support/catch.h"

namespace memline::symbols {
namespace {

TEST_CASE("the system's C library is told from a program's own and from other libraries") {
  for (const char* path : {"/lib/x86_64-linux-gnu/libc.so.6", "/usr/lib/x86_64-linux-gnu/libm.so.6",
                           "/lib64/ld-linux-x86-64.so.2", "/usr/lib/libc-2.31.so", "/lib/ld-musl-x86_64.so.1"}) {
    CAPTURE(path);
    CHECK(is_c_library({path, "", false}));
    CHECK_FALSE(is_c_library({path, "", true}));  // run as a program
  }
  for (const char* path : {"/home/me/glibc/build/libc.so.6", "/usr/lib/x86_64-linux-gnu/libcap.so.2",
                           "/usr/lib/x86_64-linux-gnu/libstdc++.so.6", "libc.so.6", "linux-vdso.so.1", ""}) {
    CAPTURE(path);
    CHECK_FALSE(is_c_library({path, "", false}));
  }
}

}  // namespace
}  // namespace memline::symbols
