/// \file Programs that the tests compile, run and take apart with the ordinary tools.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "support/scratch_folder.h"
#include "symbols/symbolizer.h"

namespace memline::symbols::test {

using testing::ScratchFolder;

/// A place of which the program itself said where it is, see fixtures/stops.h.
struct Stop {
  std::uint64_t offset = 0;
  std::vector<std::string> names;  ///< innermost first
  std::vector<std::uint32_t> lines;
};

/// Fails the test, with what the command printed, if it does not exit with 0. Returns what it wrote to stdout.
std::string run(const std::string& command);

extern const std::string kGcc;  ///< C; the C++ compiler is kGxx
extern const std::string kGxx;
extern const std::string kClang;
extern const std::string kClangxx;

/// Where the sources of the fixtures lie, with a slash at the end.
extern const std::string kFixtures;

/// Compiles fixtures (names within kFixtures) and stops.c into `out`.
void compile(const std::string& compiler, const std::string& flags, const std::vector<std::string>& sources,
             const std::string& out);
std::vector<Stop> stops_of(const std::string& program);

/// The raw build id, as readelf shows it; "" if it has none.
std::string build_id_of(const std::string& file);

/// A symbolizer for one file, with no debug folders unless some are given.
Symbolizer symbolizer_for(const std::string& file, const std::string& build_id = "",
                          std::vector<std::string> debug_dirs = {});
inline const ModuleId kFirst{0U};

/// Whether frames() gives for every stop the names, lines and inlining that the stop says. Fails the test otherwise.
void check_stops(Symbolizer& symbolizer, const std::vector<Stop>& stops, const std::string& source);

}  // namespace memline::symbols::test
