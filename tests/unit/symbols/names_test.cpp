// Functions by name, and the lines a function has.
#include <algorithm>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include "fixture.h"
#include "support/catch.h"
#include "symbols/symbolizer.h"

namespace memline::symbols::test {
namespace {

const std::vector<ModuleId> kModules = {kFirst};
const std::string kStatements = kFixtures + "statements.cpp";

/// The lines of the fixture from the one that begins with `first`, as many as there are marks: 'x' stands for a line
/// that has code.
std::vector<std::uint32_t> lines_from(const std::string& first, const std::string& marks) {
  std::ifstream in(kStatements);
  std::string text;
  std::uint32_t number = 0;
  std::vector<std::uint32_t> lines;
  while (std::getline(in, text)) {
    ++number;
    if (!text.starts_with(first)) continue;
    for (std::uint32_t i = 0; i < marks.size(); ++i) {
      if (marks[i] == 'x') lines.push_back(number + i);
    }
    return lines;
  }
  FAIL("no line begins with " << first);
  return lines;
}

std::vector<std::uint32_t> own_lines(Symbolizer& symbolizer, FunctionId id) {
  std::vector<std::uint32_t> lines;
  for (const Symbolizer::CodeLine& line : symbolizer.code_lines(id)) {
    CHECK(symbolizer.file(line.file) == kStatements);
    lines.push_back(line.line);
  }
  return lines;
}

std::set<std::string> found(Symbolizer& symbolizer, const std::string& pattern) {
  std::set<std::string> signatures;
  for (const FunctionId id : symbolizer.find_functions(kModules, pattern)) {
    signatures.insert(symbolizer.function(id).signature);
  }
  return signatures;
}

using Names = std::set<std::string>;

}  // namespace

TEST_CASE("functions are found by every kind of name") {
  const ScratchFolder folder;
  for (const std::string& compiler : {kGxx, kClangxx}) {
    INFO(compiler);
    compile(compiler, "-O1 -g", {"statements.cpp"}, folder / "program");
    // At -O1 all but main and small may be inlined, and have to be found all the same.
    Symbolizer symbolizer = symbolizer_for(folder / "program");
    const std::string get_int = "ns::Holder<int>::get(int)";
    const std::string get_long = "ns::Holder<long>::get(long)";
    CHECK(found(symbolizer, "small") == Names{"small(int)"});
    CHECK(found(symbolizer, "small(int)") == Names{"small(int)"});
    CHECK(found(symbolizer, "_Z5smalli") == Names{"small(int)"});
    CHECK(found(symbolizer, "get") == Names{get_int, get_long});
    CHECK(found(symbolizer, "ns::Holder::get") == Names{get_int, get_long});
    CHECK(found(symbolizer, "Holder::get") == Names{get_int, get_long});
    CHECK(found(symbolizer, "ns::Holder<int>::get") == Names{get_int});
    CHECK(found(symbolizer, "ns::Holder<long>::get(long)") == Names{get_long});
    CHECK(found(symbolizer, "_ZN2ns6HolderIlE3getEl") == Names{get_long});
    CHECK(found(symbolizer, "convert") == Names{"int ns::convert<int>(int)", "long ns::convert<long>(int)"});
    CHECK(found(symbolizer, "ns::convert<long>") == Names{"long ns::convert<long>(int)"});
    CHECK(found(symbolizer, "ns::convert<int>(int)") == Names{"int ns::convert<int>(int)"});
    CHECK(found(symbolizer, "int ns::convert<int>( int )") == Names{"int ns::convert<int>(int)"});
    CHECK(found(symbolizer, "ns::*get*") == Names{get_int, get_long});
    CHECK(found(symbolizer, "smal?") == Names{"small(int)"});
    CHECK(found(symbolizer, "ns::Holder<l*") == Names{get_long});
    // An operator that looks like a glob is itself first.
    CHECK(found(symbolizer, "operator*") == Names{"ns::operator*(ns::Holder<int> const&, ns::Holder<int> const&)"});
    CHECK(found(symbolizer, "operator?").size() == 2);
    CHECK(found(symbolizer, "smal").empty());
    CHECK(found(symbolizer, "Hold::get").empty());
    CHECK(found(symbolizer, "older::get").empty());
    CHECK(found(symbolizer, "").empty());
    // Declared, but without code.
    CHECK(found(symbolizer, "malloc").empty());

    CHECK(symbolizer.nearest_names(kModules, "smlal", 3).at(0) == "small");
    CHECK(symbolizer.nearest_names(kModules, "Small", 3).at(0) == "small");
    CHECK(symbolizer.nearest_names(kModules, "ns::convrt", 3).at(0) == "convert");
    CHECK(symbolizer.nearest_names(kModules, "smlal", 0).empty());
    CHECK(symbolizer.nearest_names(kModules, "nothing_like_it_at_all", 3).empty());
    CHECK(symbolizer.nearest_names({}, "small", 3).empty());
  }
}

TEST_CASE("functions of line-tables-only information are found") {
  const ScratchFolder folder;
  for (const std::string& compiler : {kGxx, kClangxx}) {
    INFO(compiler);
    compile(compiler, "-O0 -g1", {"statements.cpp"}, folder / "program");
    Symbolizer symbolizer = symbolizer_for(folder / "program");
    CHECK(symbolizer.find_functions(kModules, "twice").size() == 1);
    CHECK(found(symbolizer, "ns::Holder<int>::get") == Names{"ns::Holder<int>::get(int)"});
    const FunctionId twice = symbolizer.find_functions(kModules, "twice").at(0);
    CHECK(own_lines(symbolizer, twice) == lines_from("static int twice", compiler == kGxx ? "xxxx" : "xxx "));
  }
}

TEST_CASE("the lines of a function are its statements") {
  const ScratchFolder folder;
  for (const std::string& compiler : {kGxx, kClangxx}) {
    for (const std::string& flags : {std::string("-O0 -gdwarf-5"), std::string("-O0 -gdwarf-4 -gsplit-dwarf")}) {
      INFO(compiler << " " << flags);
      compile(compiler, flags, {"statements.cpp"}, folder / "program");
      Symbolizer symbolizer = symbolizer_for(folder / "program");
      const FunctionId twice = symbolizer.find_functions(kModules, "twice").at(0);
      // gcc returns at the closing brace, clang at the return statement.
      const bool braces = compiler == kGxx;
      CHECK(own_lines(symbolizer, twice) == lines_from("static int twice", braces ? "xxxx" : "xxx "));
      CHECK(symbolizer.function(twice).decl_line == lines_from("static int twice", "x")[0]);
      CHECK(symbolizer.function(twice).last_line == lines_from("static int twice", braces ? "   x" : "  x ")[0]);
      // Inlined: its statements, whatever its braces became.
      const FunctionId inlined = symbolizer.find_functions(kModules, "inlined").at(0);
      const std::vector<std::uint32_t> body = own_lines(symbolizer, inlined);
      for (const std::uint32_t line : lines_from("static inline", " xx")) {
        CHECK(std::count(body.begin(), body.end(), line) == 1);
      }
      CHECK(body.front() >= lines_from("static inline", "x")[0]);
      CHECK(body.back() <= lines_from("static inline", "   x")[0]);
      // The lambda is written in it, the inlined function is not; the empty line has no code, nor has the one that only
      // ends the lambda, unless the compiler puts its return there.
      const FunctionId small = symbolizer.find_functions(kModules, "small").at(0);
      std::vector<std::uint32_t> lines = own_lines(symbolizer, small);
      std::vector<std::uint32_t> wanted = lines_from("int small", braces ? "xx xxxx xx" : "xx xxxx x ");
      const std::uint32_t end_of_lambda = lines_from("int small", "       x")[0];
      lines.erase(std::remove(lines.begin(), lines.end(), end_of_lambda), lines.end());
      CHECK(lines == wanted);
    }
  }
}

TEST_CASE("the lines of a function that was inlined everywhere") {
  const ScratchFolder folder;
  for (const std::string& compiler : {kGxx, kClangxx}) {
    INFO(compiler);
    compile(compiler, "-O2 -g", {"statements.cpp"}, folder / "program");
    Symbolizer symbolizer = symbolizer_for(folder / "program");
    const FunctionId small = symbolizer.find_functions(kModules, "small").at(0);
    const std::vector<std::uint32_t> lines = own_lines(symbolizer, small);
    // Calls into inlined functions count as lines of the caller even where no instruction is left of the caller's own.
    for (const std::uint32_t line : lines_from("int small", " x")) {
      CHECK(std::count(lines.begin(), lines.end(), line) == 1);
    }
    // Nothing of what was inlined into it.
    for (const std::uint32_t line : lines) CHECK(line >= lines_from("int small", "x")[0]);
    CHECK(symbolizer.function(small).last_line <= lines_from("int small", "         x")[0]);
    const FunctionId fresh = symbolizer.find_functions(kModules, "fresh").at(0);
    own_lines(symbolizer, fresh);
    CHECK(symbolizer.function(fresh).last_line <= lines_from("static inline int* fresh", "  x")[0]);
  }
}

}  // namespace memline::symbols::test
