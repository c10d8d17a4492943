// Hostile and damaged files: no answer is wrong here, but there has to be one, and soon.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "fixture.h"
#include "support/catch.h"
#include "symbols/symbolizer.h"

namespace memline::symbols::test {
namespace {

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void write_file(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

struct Section {
  std::size_t offset = 0;
  std::size_t size = 0;
};

/// The sections whose names begin with .debug_, as readelf sees them.
std::vector<Section> debug_sections(const std::string& file) {
  std::istringstream output(run("readelf -SW " + file));
  std::vector<Section> found;
  std::string line;
  while (std::getline(output, line)) {
    const std::size_t at = line.find("] .debug_");
    if (at == std::string::npos) continue;
    std::istringstream words(line.substr(at + 2));
    std::string name, type, address, offset, size;
    words >> name >> type >> address >> offset >> size;
    found.push_back({std::stoul(offset, nullptr, 16), std::stoul(size, nullptr, 16)});
  }
  REQUIRE(found.size() >= 4);
  return found;
}

/// Asks everything that can be asked of a file.
void exercise(const std::string& path, const std::vector<Stop>& stops) {
  Symbolizer symbolizer = symbolizer_for(path);
  for (const Stop& stop : stops) {
    const std::span<const Frame> frames = symbolizer.frames(kFirst, stop.offset, false);
    CHECK(!frames.empty());
    for (const TypeHint& hint : symbolizer.call_types(kFirst, stop.offset).hints) CHECK(!hint.type.empty());
    for (const Frame& frame : frames) CHECK((frame.line != 0) == (frame.why == NoLine::kNone));
  }
  const std::vector<ModuleId> modules = {kFirst};
  for (const FunctionId id : symbolizer.find_functions(modules, "*")) symbolizer.code_lines(id);
  symbolizer.nearest_names(modules, "ovelroaded", 5);
}

}  // namespace

TEST_CASE("files cut short at any size") {
  const ScratchFolder folder;
  compile(kGcc, "-O2 -g", {"lines.c"}, folder / "program");
  const std::vector<Stop> stops = stops_of(folder / "program");
  const std::string bytes = read_file(folder / "program");
  for (std::size_t size = 1; size < bytes.size(); size += 1 + bytes.size() / 150) {
    write_file(folder / "cut", bytes.substr(0, size));
    exercise(folder / "cut", stops);
  }
}

TEST_CASE("flipped bytes in the debug information") {
  const ScratchFolder folder;
  struct Program {
    std::string compiler, flags, source;
  };
  const std::vector<Program> programs = {{kGcc, "-O2 -gdwarf-5", "lines.c"},
                                         {kGcc, "-O2 -gdwarf-4", "lines.c"},
                                         {kClang, "-O2 -gdwarf-5", "lines.c"},
                                         {kGxx, "-O2 -g", "other.cpp"}};
  std::mt19937 random(20240229);
  for (const Program& program : programs) {
    const std::string path = folder / "program";
    const bool in_c = program.source.ends_with(".c");
    compile(program.compiler, program.flags,
            in_c ? std::vector<std::string>{"lines.c"} : std::vector<std::string>{"lines.cpp", "other.cpp"}, path);
    const std::vector<Stop> stops = stops_of(path);
    const std::string bytes = read_file(path);
    const std::vector<Section> sections = debug_sections(path);
    const auto begin = std::chrono::steady_clock::now();
    for (int round = 0; round < 120; ++round) {
      INFO(program.compiler << program.flags << ", round " << round);
      std::string damaged = bytes;
      const Section& section = sections[static_cast<std::size_t>(round) % sections.size()];
      for (int flips = 0; flips < 1 + round % 4; ++flips) {
        damaged[section.offset + random() % section.size] = static_cast<char>(random());
      }
      write_file(folder / "damaged", damaged);
      exercise(folder / "damaged", stops);
    }
    // Generous: it takes well under a second, and seconds with sanitizers.
    CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(60));
  }
}

TEST_CASE("flipped bytes in the section headers and the symbols") {
  const ScratchFolder folder;
  compile(kGcc, "-O2 -g", {"lines.c"}, folder / "program");
  const std::vector<Stop> stops = stops_of(folder / "program");
  const std::string bytes = read_file(folder / "program");
  std::mt19937 random(7);
  for (int round = 0; round < 150; ++round) {
    std::string damaged = bytes;
    const std::size_t tail = std::min<std::size_t>(bytes.size(), 6000);
    for (int flips = 0; flips < 4; ++flips) {
      const std::size_t place = round % 2 == 0 ? random() % 64 : bytes.size() - 1 - random() % tail;
      damaged[place] = static_cast<char>(random());
    }
    write_file(folder / "damaged", damaged);
    exercise(folder / "damaged", stops);
  }
}

}  // namespace memline::symbols::test
