#include "fixture.h"

#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <sstream>

#include "support/catch.h"

namespace memline::symbols::test {

const std::string kGcc = MEMLINE_TEST_GCC;
const std::string kGxx = MEMLINE_TEST_GXX;
const std::string kClang = MEMLINE_TEST_CLANG;
const std::string kClangxx = MEMLINE_TEST_CLANGXX;
const std::string kFixtures = MEMLINE_TEST_FIXTURES "/";

std::string run(const std::string& command) {
  // The tests may run with sanitizers preloaded or configured; what they run should not.
  const std::string full = "env -u LD_PRELOAD " + command;
  std::FILE* pipe = ::popen(full.c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::string output;
  std::array<char, 4096> buffer;
  for (std::size_t got = 0; (got = std::fread(buffer.data(), 1, buffer.size(), pipe)) > 0;) {
    output.append(buffer.data(), got);
  }
  const int status = ::pclose(pipe);
  INFO(command << "\n" << output);
  REQUIRE((WIFEXITED(status) && WEXITSTATUS(status) == 0));
  return output;
}

void compile(const std::string& compiler, const std::string& flags, const std::vector<std::string>& sources,
             const std::string& out) {
  // Every source becomes an object of its own beside the program, as build systems do; split DWARF refers to it.
  const bool is_cxx = compiler == kGxx || compiler == kClangxx;
  const std::string& c_compiler = compiler == kGxx ? kGcc : compiler == kClangxx ? kClang : compiler;
  const std::string folder = out.substr(0, out.rfind('/'));
  const std::string quiet = compiler == kClang || compiler == kClangxx ? " -Wno-unused-command-line-argument" : "";
  std::string objects;
  std::vector<std::string> all = sources;
  all.push_back("stops.c");
  for (const std::string& source : all) {
    const bool in_c = source.ends_with(".c");
    const std::string object = out + "." + source + ".o";
    run("sh -c 'cd " + folder + " && " + (in_c ? c_compiler : compiler) + " " + flags + quiet +
        (in_c || !is_cxx ? "" : " -std=c++20") + " -fPIC -c " + kFixtures + source + " -o " + object + "'");
    objects += " " + object;
  }
  run("sh -c 'cd " + folder + " && " + compiler + " -Wl,--build-id " + flags + objects + " -o " + out + "'");
}

std::vector<Stop> stops_of(const std::string& program) {
  std::vector<Stop> stops;
  std::istringstream output(run(program));
  std::string line;
  while (std::getline(output, line)) {
    std::istringstream words(line);
    std::string word;
    std::string names;
    Stop stop;
    std::array<std::uint32_t, 3> lines{};
    words >> word >> std::hex >> stop.offset >> std::dec >> names >> lines[0] >> lines[1] >> lines[2];
    if (word != "stop") continue;
    std::istringstream parts(names);
    while (std::getline(parts, word, ',')) {
      stop.lines.push_back(lines.at(stop.names.size()));
      stop.names.push_back(word);
    }
    stops.push_back(stop);
  }
  REQUIRE(!stops.empty());
  return stops;
}

std::string build_id_of(const std::string& file) {
  const std::string notes = run("readelf -n " + file);
  const std::string mark = "Build ID: ";
  const std::size_t at = notes.find(mark);
  if (at == std::string::npos) return {};
  std::string id;
  for (std::size_t i = at + mark.size(); i + 1 < notes.size() && std::isxdigit(notes[i]) != 0; i += 2) {
    id += static_cast<char>(std::stoi(notes.substr(i, 2), nullptr, 16));
  }
  return id;
}

Symbolizer symbolizer_for(const std::string& file, const std::string& build_id, std::vector<std::string> debug_dirs) {
  SymbolizerOptions options;
  options.debug_dirs = std::move(debug_dirs);
  return Symbolizer({ModuleFile{file, build_id, true}}, options);
}

void check_stops(Symbolizer& symbolizer, const std::vector<Stop>& stops, const std::string& source) {
  for (const Stop& stop : stops) {
    const std::span<const Frame> frames = symbolizer.frames(kFirst, stop.offset, false);
    std::ostringstream found;
    for (const Frame& frame : frames) {
      found << symbolizer.function(frame.function).qualified << " " << symbolizer.file(frame.file) << ":" << frame.line
            << (frame.inlined ? " (inlined)" : "") << " " << to_string(frame.why) << "\n";
    }
    INFO("stop at " << std::hex << stop.offset << std::dec << ", line " << stop.lines[0] << ", gives\n" << found.str());
    REQUIRE(frames.size() == stop.names.size());
    for (std::size_t i = 0; i < frames.size(); ++i) {
      CHECK(symbolizer.function(frames[i].function).name == stop.names[i]);
      CHECK(frames[i].line == stop.lines[i]);
      CHECK(frames[i].why == NoLine::kNone);
      CHECK(frames[i].inlined == (i + 1 < frames.size()));
      if (!source.empty()) CHECK(symbolizer.file(frames[i].file) == kFixtures + source);
    }
  }
}

}  // namespace memline::symbols::test
