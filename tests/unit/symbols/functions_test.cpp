// What is one function: clones, parts, constructors, copies in other units; and what is written inside of what.
#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "fixture.h"
#include "support/catch.h"
#include "symbols/symbolizer.h"

namespace memline::symbols::test {
namespace {

/// The innermost function at each stop whose innermost name is `name`.
std::vector<const Function*> functions_at(Symbolizer& symbolizer, const std::vector<Stop>& stops,
                                          const std::string& name) {
  std::vector<const Function*> found;
  for (const Stop& stop : stops) {
    if (stop.names[0] != name) continue;
    found.push_back(&symbolizer.function(symbolizer.frames(kFirst, stop.offset, false)[0].function));
  }
  return found;
}

std::set<const Function*> distinct(const std::vector<const Function*>& functions) {
  return {functions.begin(), functions.end()};
}

const std::vector<std::string> kFlagSets = {"-O0 -g", "-O2 -gdwarf-5", "-O2 -gdwarf-4",
                                            "-O2 -g -flto -ffat-lto-objects"};

}  // namespace

TEST_CASE("copies of one function are one, different functions of one name are not") {
  for (const std::string& compiler : {kGxx, kClangxx}) {
    for (const std::string& flags : kFlagSets) {
      if (compiler == kClangxx && flags.find("-flto") != std::string::npos) continue;
      INFO(compiler << " " << flags);
      const ScratchFolder folder;
      compile(compiler, flags, {"lines.cpp", "other.cpp"}, folder / "lines");
      const std::vector<Stop> stops = stops_of(folder / "lines");
      Symbolizer symbolizer = symbolizer_for(folder / "lines");
      const auto functions = [&](const std::string& name) { return functions_at(symbolizer, stops, name); };
      // Called from two units.
      CHECK(functions("shared_template").size() == 2);
      CHECK(distinct(functions("shared_template")).size() == 1);
      CHECK(functions("shared_template")[0]->qualified == "shared_template<int>");
      CHECK(symbolizer.file(functions("shared_template")[0]->file) == kFixtures + "shared_template.h");
      // As the object itself and as a base: C1 and C2.
      CHECK(functions("Side").size() == 2);
      CHECK(distinct(functions("Side")).size() == 1);
      CHECK(functions("Side")[0]->qualified == "shapes::Side::Side");
      CHECK(functions("Side")[0]->signature == "shapes::Side::Side(int)");
      // Template instances and overloads.
      CHECK(distinct(functions("open")).size() == 2);
      CHECK(functions("open")[0]->qualified == "shapes::Box<int>::open");
      CHECK(functions("open")[1]->qualified == "shapes::Box<double>::open");
      CHECK(distinct(functions("overloaded")).size() == 2);
      CHECK(functions("overloaded")[0]->signature == "shapes::overloaded(int)");
      CHECK(functions("overloaded")[1]->signature == "shapes::overloaded(double)");
      // Of two files.
      CHECK(distinct(functions("same_name")).size() == 2);
      CHECK(distinct(functions("twin")).size() == 2);
      CHECK(functions("twin")[0]->qualified == "(anonymous namespace)::twin");
      CHECK(functions("run").empty());
      CHECK(functions("main").size() == 1);
    }
  }
}

TEST_CASE("functions of line-tables-only information") {
  for (const std::string& compiler : {kGxx, kClangxx}) {
    INFO(compiler);
    const ScratchFolder folder;
    compile(compiler, "-O2 -g1", {"lines.cpp", "other.cpp"}, folder / "lines");
    const std::vector<Stop> stops = stops_of(folder / "lines");
    Symbolizer symbolizer = symbolizer_for(folder / "lines");
    const auto functions = [&](const std::string& name) { return functions_at(symbolizer, stops, name); };
    CHECK(distinct(functions("shared_template")).size() == 1);
    CHECK(distinct(functions("Side")).size() == 1);
    CHECK(distinct(functions("same_name")).size() == 2);
    CHECK(distinct(functions("overloaded")).size() == 2);
    CHECK(functions("overloaded")[0]->qualified == "shapes::overloaded");
    CHECK(symbolizer.file(functions("overloaded")[0]->file) == kFixtures + "lines.cpp");
  }
}

TEST_CASE("lambdas and OpenMP bodies name the function they are written in") {
  for (const std::string& compiler : {kGxx, kClangxx}) {
    for (const std::string& flags : kFlagSets) {
      if (compiler == kClangxx && flags.find("-flto") != std::string::npos) continue;
      INFO(compiler << " " << flags);
      const ScratchFolder folder;
      compile(compiler, flags + " -fopenmp", {"bodies.cpp"}, folder / "bodies");
      const std::vector<Stop> stops = stops_of(folder / "bodies");
      Symbolizer symbolizer = symbolizer_for(folder / "bodies");
      const auto bodies = functions_at(symbolizer, stops, "body");
      REQUIRE(bodies.size() == 1);
      INFO(bodies[0]->qualified);
      CHECK(symbolizer.function(bodies[0]->enclosing).qualified == "work::parallel");
      const auto lambdas = functions_at(symbolizer, stops, "operator()");
      REQUIRE(lambdas.size() == 4);
      CHECK(distinct(lambdas).size() == 4);
      for (const Function* lambda : lambdas) CHECK(lambda->name == "operator()");
      CHECK(lambdas[0]->qualified == "work::lambdas<int>::<lambda>::operator()");
      CHECK(symbolizer.function(lambdas[0]->enclosing).qualified == "work::lambdas<int>");
      CHECK(&symbolizer.function(lambdas[1]->enclosing) == lambdas[0]);
      CHECK(symbolizer.function(lambdas[2]->enclosing).qualified == "work::lambdas<int>");
      CHECK(lambdas[3]->enclosing.none());
    }
  }
}

TEST_CASE("the destructor of a closure is a part of the lambda, not one function for all") {
  const ScratchFolder folder;
  compile(kGxx, "-O0 -g", {"bodies.cpp"}, folder / "bodies");
  Symbolizer symbolizer = symbolizer_for(folder / "bodies");
  const std::vector<FunctionId> found = symbolizer.find_functions({&kFirst, 1}, "work::owners::<lambda>::~<lambda>");
  REQUIRE(found.size() == 2);
  CHECK(symbolizer.function(found[0]).decl_line + 1 == symbolizer.function(found[1]).decl_line);
  for (const FunctionId id : found) {
    CHECK(symbolizer.function(id).name == "~<lambda>");
    CHECK(symbolizer.function(symbolizer.function(id).enclosing).qualified == "work::owners");
  }
}

TEST_CASE("the parts of a coroutine are one function") {
  for (const std::string& compiler : {kGxx, kClangxx}) {
    for (const std::string& flags : {std::string("-O0 -g"), std::string("-O2 -g")}) {
      INFO(compiler << " " << flags);
      const ScratchFolder folder;
      compile(compiler, flags, {"coroutine.cpp"}, folder / "coroutine");
      const std::vector<Stop> stops = stops_of(folder / "coroutine");
      Symbolizer symbolizer = symbolizer_for(folder / "coroutine");
      const std::vector<ModuleId> modules = {kFirst};
      std::vector<std::string> found;
      std::vector<std::uint32_t> lines;
      // Optimised, the parts may be inlined into main: the frame is looked for, not assumed to be the outermost.
      for (const Stop& stop : stops) {
        if (stop.names[0] != "steps") continue;
        const std::span<const Frame> frames = symbolizer.frames(kFirst, stop.offset, false);
        CHECK(frames[0].line == stop.lines[0]);
        found.push_back(symbolizer.function(frames[0].function).signature);
      }
      CHECK(found == std::vector<std::string>{"work::steps(int)", "work::steps(int)", "work::steps(double)"});
      CHECK(symbolizer.find_functions(modules, "steps").size() == 2);
    }
  }
}

TEST_CASE("clones are their function") {
  const ScratchFolder folder;
  std::string symbols;
  for (const std::string& flags : {std::string("-O2 -g"), std::string("-O3 -g -flto -ffat-lto-objects")}) {
    compile(kGcc, flags, {"clones.c"}, folder / "clones");
    const std::vector<Stop> stops = stops_of(folder / "clones");
    symbols += run("readelf -sW " + (folder / "clones"));
    Symbolizer symbolizer = symbolizer_for(folder / "clones");
    for (const Stop& stop : stops) {
      const std::span<const Frame> frames = symbolizer.frames(kFirst, stop.offset, false);
      CHECK(symbolizer.function(frames[0].function).name == stop.names[0]);
      CHECK(frames[0].line == stop.lines[0]);
    }
    CHECK(distinct(functions_at(symbolizer, stops, "grow")).size() == 1);
    // Their symbols alone tell the same.
    run("objcopy --strip-debug " + (folder / "clones") + " " + (folder / "symbols_only"));
    Symbolizer stripped = symbolizer_for(folder / "symbols_only");
    for (const Stop& stop : stops) {
      const Frame frame = stripped.frames(kFirst, stop.offset, false)[0];
      CHECK(frame.why == NoLine::kNoDebugInfo);
      const std::string& name = stripped.function(frame.function).name;
      CHECK(name.find('.') == std::string::npos);
    }
  }
  // The test is worth something only as long as the compiler makes clones.
  CHECK(symbols.find(".constprop.") != std::string::npos);
  CHECK(symbols.find(".cold") != std::string::npos);
}

}  // namespace memline::symbols::test
