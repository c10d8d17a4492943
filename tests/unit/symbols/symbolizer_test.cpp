#include "symbols/symbolizer.h"

#include <map>
#include <set>
#include <string>
#include <vector>

#include "fixture.h"
#include "support/catch.h"

namespace memline::symbols::test {
namespace {

struct Variant {
  std::string name;
  std::string flags;
};

const std::vector<Variant> kVariants = {
    {"O0 DWARF 5", "-O0 -gdwarf-5"},
    {"O2 DWARF 5", "-O2 -gdwarf-5"},
    {"O2 DWARF 4", "-O2 -gdwarf-4"},
    {"O2 line tables only", "-O2 -g1"},
    {"O2 compressed", "-O2 -g -gz"},
    {"O2 split DWARF 5", "-O2 -gdwarf-5 -gsplit-dwarf"},
    {"O2 split DWARF 4", "-O2 -gdwarf-4 -gsplit-dwarf"},
    {"O2 not PIE", "-O2 -g -no-pie"},
    {"O2 frame pointers, type units", "-O2 -g -fno-omit-frame-pointer -fdebug-types-section"},
};

}  // namespace

TEST_CASE("lines and inline chains of C programs") {
  for (const std::string& compiler : {kGcc, kClang}) {
    for (const Variant& variant : kVariants) {
      INFO(compiler << ": " << variant.name);
      const ScratchFolder folder;
      compile(compiler, variant.flags, {"lines.c"}, folder / "lines");
      const std::vector<Stop> stops = stops_of(folder / "lines");
      REQUIRE(stops.size() == 4);
      Symbolizer symbolizer = symbolizer_for(folder / "lines", build_id_of(folder / "lines"));
      check_stops(symbolizer, stops, "lines.c");
      CHECK(symbolizer.module_state(kFirst) == NoLine::kNone);
    }
  }
}

TEST_CASE("lines and inline chains of C++ programs") {
  for (const std::string& compiler : {kGxx, kClangxx}) {
    for (const Variant& variant : kVariants) {
      INFO(compiler << ": " << variant.name);
      const ScratchFolder folder;
      compile(compiler, variant.flags, {"lines.cpp", "other.cpp"}, folder / "lines");
      const std::vector<Stop> stops = stops_of(folder / "lines");
      Symbolizer symbolizer = symbolizer_for(folder / "lines", build_id_of(folder / "lines"));
      check_stops(symbolizer, stops, "");
      CHECK(symbolizer.module_state(kFirst) == NoLine::kNone);
    }
  }
}

TEST_CASE("relative names are taken from the folder of the build") {
  for (const std::string& compiler : {kGcc, kClang}) {
    for (const std::string version : {"4", "5"}) {
      INFO(compiler << " DWARF " << version);
      const ScratchFolder folder;
      const std::string copy = "sh -c 'cd " + folder.path() + " && mkdir src build && cp " + kFixtures + "lines.c " +
                               kFixtures + "stops.c " + kFixtures + "stops.h src && cd build && ";
      const std::string build = compiler + " -O0 -gdwarf-" + version + " ../src/lines.c ../src/stops.c -o program";
      run(copy + build + "'");
      Symbolizer found = symbolizer_for(folder / "build/program");
      const std::vector<Stop> stops = stops_of(folder / "build/program");
      CHECK(found.file(found.frames(kFirst, stops[0].offset, false)[0].file) == folder / "src/lines.c");
      // As distributions build.
      run("sh -c 'cd " + folder.path() + "/build && " + build + " -ffile-prefix-map=" + folder.path() + "=.'");
      Symbolizer mapped = symbolizer_for(folder / "build/program");
      CHECK(mapped.file(mapped.frames(kFirst, stops[0].offset, false)[0].file) == "src/lines.c");
      // Link-time optimization leaves units of both kinds: one file must not get two names.
      const std::string object = compiler + " -O0 -gdwarf-" + version + " -c ";
      run("sh -c 'cd " + folder.path() + "/build && " + object + "../src/lines.c -ffile-prefix-map=" + folder.path() +
          "=. && " + object + "../src/stops.c && " + compiler + " lines.o stops.o -o program'");
      Symbolizer mixed = symbolizer_for(folder / "build/program");
      CHECK(mixed.file(mixed.frames(kFirst, stops[0].offset, false)[0].file) == folder / "src/lines.c");
    }
  }
}

TEST_CASE("lines of programs optimised at link time") {
  const ScratchFolder folder;
  compile(kGxx, "-O2 -g -flto -ffat-lto-objects", {"lines.cpp", "other.cpp"}, folder / "gcc");
  Symbolizer gcc = symbolizer_for(folder / "gcc");
  check_stops(gcc, stops_of(folder / "gcc"), "");
  compile(kClangxx, "-O2 -g -flto -fuse-ld=lld", {"lines.cpp", "other.cpp"}, folder / "clang");
  Symbolizer clang = symbolizer_for(folder / "clang");
  check_stops(clang, stops_of(folder / "clang"), "");
}

}  // namespace memline::symbols::test
