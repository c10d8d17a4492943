// Where debug information may lie, and files that must not be used.
#include <dlfcn.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "fixture.h"
#include "support/catch.h"
#include "symbols/symbolizer.h"

namespace memline::symbols::test {
namespace {

const std::string kFlags = "-O2 -g";

/// Where a debug folder keeps the debug file of a build.
std::string build_id_file(const std::string& folder, const std::string& file) {
  const std::string id = build_id_of(file);
  static const char kDigits[] = "0123456789abcdef";
  std::string digits;
  for (const char c : id) {
    digits += kDigits[static_cast<unsigned char>(c) >> 4U];
    digits += kDigits[static_cast<unsigned char>(c) & 15U];
  }
  return folder + "/.build-id/" + digits.substr(0, 2) + "/" + digits.substr(2);
}

void make_folder_of(const std::string& file) {
  std::filesystem::create_directories(std::filesystem::path(file).parent_path());
}

NoLine only_reason(Symbolizer& symbolizer, std::uint64_t offset) {
  const std::span<const Frame> frames = symbolizer.frames(kFirst, offset, false);
  REQUIRE(frames.size() == 1);
  CHECK(frames[0].line == 0);
  CHECK(frames[0].file.none());
  CHECK(frames[0].why == symbolizer.module_state(kFirst));
  return frames[0].why;
}

}  // namespace

TEST_CASE("separate debug file by build id") {
  const ScratchFolder folder;
  const std::string program = folder / "program";
  compile(kGcc, kFlags, {"lines.c"}, program);
  const std::string debug = build_id_file(folder / "debug", program) + ".debug";
  make_folder_of(debug);
  run("objcopy --only-keep-debug " + program + " " + debug);
  run("strip " + program);
  const std::vector<Stop> stops = stops_of(program);

  Symbolizer found = symbolizer_for(program, build_id_of(program), {folder / "debug"});
  check_stops(found, stops, "lines.c");
  // Without that folder the exported symbols are all there is, and a program exports none.
  Symbolizer stripped = symbolizer_for(program, build_id_of(program));
  CHECK(only_reason(stripped, stops[0].offset) == NoLine::kStripped);
  CHECK(stripped.frames(kFirst, stops[0].offset, false)[0].function.none());
  // The program itself is not needed any more.
  const std::string id = build_id_of(program);
  std::filesystem::remove(program);
  Symbolizer gone = symbolizer_for(program, id, {folder / "debug"});
  check_stops(gone, stops, "lines.c");
}

TEST_CASE("a debug file of another build under the right name is not used") {
  const ScratchFolder folder;
  compile(kGcc, kFlags, {"lines.c"}, folder / "program");
  compile(kGcc, "-O1 -g", {"lines.c"}, folder / "other");
  const std::string debug = build_id_file(folder / "debug", folder / "program") + ".debug";
  make_folder_of(debug);
  run("objcopy --only-keep-debug " + (folder / "other") + " " + debug);
  run("strip " + (folder / "program"));
  Symbolizer symbolizer = symbolizer_for(folder / "program", "", {folder / "debug"});
  CHECK(only_reason(symbolizer, stops_of(folder / "program")[0].offset) == NoLine::kStripped);
}

TEST_CASE("separate debug file by debuglink, beside the program, in .debug and in a debug folder") {
  const ScratchFolder folder;
  const std::string program = folder / "bin/program";
  make_folder_of(program);
  compile(kGcc, kFlags + " -Wl,--build-id=none", {"lines.c"}, program);
  REQUIRE(build_id_of(program).empty());
  run("objcopy --only-keep-debug " + program + " " + (folder / "bin/program.dbg"));
  run("objcopy --strip-all --add-gnu-debuglink=" + (folder / "bin/program.dbg") + " " + program);
  const std::vector<Stop> stops = stops_of(program);
  const std::string debug_folder = folder / "debug";
  for (const std::string& place : {folder / "bin/program.dbg", folder / "bin/.debug/program.dbg",
                                   debug_folder + folder.path() + "/bin/program.dbg"}) {
    INFO(place);
    make_folder_of(place);
    if (place != folder / "bin/program.dbg") std::filesystem::rename(folder / "bin/program.dbg", place);
    Symbolizer symbolizer = symbolizer_for(program, "", {debug_folder});
    check_stops(symbolizer, stops, "lines.c");
    std::filesystem::copy_file(place, folder / "kept", std::filesystem::copy_options::overwrite_existing);
    // One byte more, and the checksum does not fit.
    std::ofstream(place, std::ios::app) << "x";
    Symbolizer refused = symbolizer_for(program, "", {debug_folder});
    CHECK(only_reason(refused, stops[0].offset) == NoLine::kStripped);
    std::filesystem::remove(place);
    std::filesystem::rename(folder / "kept", folder / "bin/program.dbg");
  }
}

TEST_CASE("debug information compressed by dwz") {
  const ScratchFolder folder;
  compile(kGxx, kFlags, {"lines.cpp", "other.cpp"}, folder / "one");
  compile(kGxx, kFlags + " -DANOTHER", {"lines.cpp", "other.cpp"}, folder / "two");
  const std::vector<Stop> stops = stops_of(folder / "one");
  SECTION("partial units in one file") {
    run("dwz " + (folder / "one"));
    Symbolizer symbolizer = symbolizer_for(folder / "one");
    check_stops(symbolizer, stops, "");
  }
  SECTION("partial units in a shared file") {
    run("dwz -m " + (folder / "shared") + " " + (folder / "one") + " " + (folder / "two"));
    REQUIRE(std::filesystem::exists(folder / "shared"));
    {
      Symbolizer symbolizer = symbolizer_for(folder / "one");
      check_stops(symbolizer, stops, "");
    }
    // Without it the lines are still right, and no FIFO in its place is waited on.
    std::filesystem::remove(folder / "shared");
    REQUIRE(::mkfifo((folder / "shared").c_str(), 0600) == 0);
    Symbolizer symbolizer = symbolizer_for(folder / "one");
    for (const Stop& stop : stops) {
      const std::span<const Frame> frames = symbolizer.frames(kFirst, stop.offset, false);
      CHECK(frames[0].line == stop.lines[0]);
    }
  }
}

TEST_CASE("debuginfod is asked only if the user asks") {
  void* library = ::dlopen("libdebuginfod.so.1", RTLD_LAZY);
  if (library == nullptr) {
    WARN("libdebuginfod is not installed: not tested");
    return;
  }
  const ScratchFolder folder;
  const std::string program = folder / "program";
  compile(kGcc, kFlags, {"lines.c"}, program);
  // The client also takes files laid out as a server answers: /buildid/ID/debuginfo.
  const std::string by_id = build_id_file("", program).substr(std::string("/.build-id/").size());
  const std::string served = folder / "server/buildid/" + by_id.substr(0, 2) + by_id.substr(3) + "/debuginfo";
  make_folder_of(served);
  run("objcopy --only-keep-debug " + program + " " + served);
  run("strip " + program);
  const std::vector<Stop> stops = stops_of(program);
  ::setenv("DEBUGINFOD_URLS", ("file://" + (folder / "server")).c_str(), 1);
  ::setenv("DEBUGINFOD_CACHE_PATH", (folder / "cache").c_str(), 1);
  Symbolizer unasked = symbolizer_for(program);
  CHECK(only_reason(unasked, stops[0].offset) == NoLine::kStripped);
  CHECK_FALSE(std::filesystem::exists(folder / "cache"));
  SymbolizerOptions options;
  options.debug_dirs.clear();
  options.debuginfod = true;
  Symbolizer asked({ModuleFile{program, build_id_of(program), true}}, options);
  check_stops(asked, stops, "lines.c");
  ::unsetenv("DEBUGINFOD_URLS");
  ::unsetenv("DEBUGINFOD_CACHE_PATH");
}

TEST_CASE("split debug information that cannot be had") {
  const ScratchFolder folder;
  compile(kGcc, "-O2 -g -gsplit-dwarf", {"lines.c"}, folder / "program");
  const std::vector<Stop> stops = stops_of(folder / "program");
  std::string split;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
    const std::string path = entry.path().string();
    if (path.ends_with(".dwo") && path.find("lines") != std::string::npos) split = path;
  }
  REQUIRE_FALSE(split.empty());
  SECTION("it is there") {
    Symbolizer symbolizer = symbolizer_for(folder / "program");
    check_stops(symbolizer, stops, "lines.c");
    CHECK(symbolizer.split_faults().empty());
    return;
  }
  SplitProblem problem = SplitProblem::kMissing;
  SECTION("it is gone") {
    std::filesystem::remove(split);
  }
  SECTION("a FIFO is there") {
    problem = SplitProblem::kNoFile;
    std::filesystem::remove(split);
    REQUIRE(::mkfifo(split.c_str(), 0600) == 0);
  }
  SECTION("it is of another build") {
    problem = SplitProblem::kForeign;
    std::filesystem::rename(folder / "program", folder / "first");
    compile(kGcc, "-O1 -g -gsplit-dwarf", {"lines.c"}, folder / "program");
    std::filesystem::rename(folder / "first", folder / "program");
  }
  Symbolizer symbolizer = symbolizer_for(folder / "program");
  // The line tables stay in the program, and so do the symbols; what was inlined is not known.
  const std::span<const Frame> frames = symbolizer.frames(kFirst, stops.back().offset, false);
  REQUIRE(frames.size() == 1);
  CHECK(frames[0].line == stops.back().lines[0]);
  CHECK(symbolizer.function(frames[0].function).name == "main");
  CHECK(symbolizer.frames(kFirst, stops.front().offset, false).size() == 1);
  REQUIRE(symbolizer.split_faults().size() == 1);
  CHECK(symbolizer.split_faults()[0].path == split);
  CHECK(symbolizer.split_faults()[0].problem == problem);
}

TEST_CASE("split debug information without names, as gcc -flto makes it") {
  const ScratchFolder folder;
  compile(kGcc, "-O2 -g -flto -gsplit-dwarf", {"lines.c"}, folder / "program");
  const std::vector<Stop> stops = stops_of(folder / "program");
  Symbolizer symbolizer = symbolizer_for(folder / "program");
  symbolizer.frames(kFirst, stops[0].offset, false);
  if (symbolizer.split_faults().empty()) {
    WARN("this gcc writes the names: nothing is missing");
    return check_stops(symbolizer, stops, "lines.c");
  }
  for (const Stop& stop : stops) {
    const std::span<const Frame> frames = symbolizer.frames(kFirst, stop.offset, false);
    REQUIRE(frames.size() == stop.lines.size());
    for (std::size_t i = 0; i < frames.size(); ++i) {
      INFO(stop.names[i]);
      CHECK(frames[i].line == stop.lines[i]);
      // The symbol table names functions, and not what was inlined into them: that is theirs.
      CHECK(frames[i].inlined == (i + 1 < frames.size()));
      CHECK(symbolizer.function(frames[i].function).name == stop.names.back());
    }
  }
  CHECK(symbolizer.split_faults()[0].problem == SplitProblem::kNameless);
  const std::vector<FunctionId> found = symbolizer.find_functions({&kFirst, 1}, "outer");
  REQUIRE(found.size() == 1);
  CHECK(symbolizer.code_lines(found[0]).size() >= 3);
}

TEST_CASE("a program without debug information has its symbols") {
  const ScratchFolder folder;
  compile(kGcc, "-O2", {"lines.c"}, folder / "program");
  const std::vector<Stop> stops = stops_of(folder / "program");
  Symbolizer symbolizer = symbolizer_for(folder / "program", build_id_of(folder / "program"));
  CHECK(only_reason(symbolizer, stops[0].offset) == NoLine::kNoDebugInfo);
  CHECK(symbolizer.function(symbolizer.frames(kFirst, stops[0].offset, false)[0].function).name == "outer");
  CHECK(symbolizer.function(symbolizer.frames(kFirst, stops.back().offset, false)[0].function).name == "main");
}

TEST_CASE("a rebuilt program is not used") {
  const ScratchFolder folder;
  const std::string program = folder / "program";
  compile(kGcc, kFlags, {"lines.c"}, program);
  const std::string old_id = build_id_of(program);
  const std::vector<Stop> stops = stops_of(program);
  std::filesystem::rename(program, folder / "old");
  compile(kGcc, "-O1 -g", {"lines.c"}, program);
  REQUIRE(build_id_of(program) != old_id);
  Symbolizer rebuilt = symbolizer_for(program, old_id);
  CHECK(only_reason(rebuilt, stops[0].offset) == NoLine::kBuildIdDiffers);
  // A copy of the old one that is kept by build id serves.
  const std::string kept = build_id_file(folder / "debug", folder / "old");
  make_folder_of(kept);
  std::filesystem::rename(folder / "old", kept);
  Symbolizer found = symbolizer_for(program, old_id, {folder / "debug"});
  check_stops(found, stops, "lines.c");
}

TEST_CASE("paths that are no files") {
  const ScratchFolder folder;
  REQUIRE(::mkfifo((folder / "fifo").c_str(), 0600) == 0);
  std::ofstream(folder / "text") << "no ELF file";
  std::ofstream(folder / "empty");
  const auto reason = [](const std::string& path) {
    Symbolizer symbolizer = symbolizer_for(path, "some id");
    return only_reason(symbolizer, 0x1000);
  };
  CHECK(reason(folder / "missing") == NoLine::kFileMissing);
  CHECK(reason(folder / "text/below") == NoLine::kFileMissing);
  CHECK(reason(folder / "fifo") == NoLine::kUnreadable);
  CHECK(reason(folder.path()) == NoLine::kUnreadable);
  CHECK(reason("/dev/zero") == NoLine::kUnreadable);
  CHECK(reason(folder / "text") == NoLine::kUnreadable);
  CHECK(reason(folder / "empty") == NoLine::kUnreadable);
  CHECK(reason("linux-vdso.so.1") == NoLine::kNoDebugInfo);
  Symbolizer nameless = symbolizer_for("");
  CHECK(only_reason(nameless, 0x1000) == NoLine::kUnknownModule);
}

TEST_CASE("addresses outside of all modules") {
  Symbolizer symbolizer({}, {});
  CHECK(symbolizer.frames(ModuleId(), 0x7f0000001000, false)[0].why == NoLine::kJit);
  CHECK(symbolizer.frames(kFirst, 0x1000, false)[0].why == NoLine::kUnknownModule);
  CHECK(symbolizer.module_state(kFirst) == NoLine::kUnknownModule);
  const Frame named = symbolizer.named_frame("/src/a.py", "main", 12);
  CHECK(named.line == 12);
  CHECK(symbolizer.file(named.file) == "/src/a.py");
  CHECK(symbolizer.function(named.function).name == "main");
  CHECK(symbolizer.named_frame("/src/a.py", "main", 13).function == named.function);
  CHECK(symbolizer.named_frame("/src/b.py", "main", 12).function != named.function);
}

}  // namespace memline::symbols::test
