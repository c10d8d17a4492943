// A symbolizer answers alike with a cache, with a full one, and without: for addresses, names and lines.
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "fixture.h"
#include "support/catch.h"
#include "symbols/cache_folder.h"
#include "symbols/module_answers.h"

namespace memline::symbols::test {
namespace {

/// Everything that a report can ask, as text.
std::string everything(const std::string& program, const std::string& build_id, const std::vector<Stop>& stops,
                       const std::string& cache, bool prepare = false) {
  SymbolizerOptions options;
  options.debug_dirs = {};
  options.cache_folder = cache;
  Symbolizer symbolizer({ModuleFile{program, build_id, true}}, options);
  std::ostringstream out;
  if (prepare) {
    std::vector<Symbolizer::Address> addresses;
    for (const Stop& stop : stops) addresses.push_back({kFirst, stop.offset, false});
    symbolizer.prepare(addresses);
  }
  const auto write = [&](FunctionId id) {
    const Function& function = symbolizer.function(id);
    out << id.value << " " << function.name << " " << function.qualified << " " << function.signature << " "
        << function.linkage_name << " " << symbolizer.file(function.file) << ":" << function.decl_line << " in "
        << function.enclosing.value << "\n";
  };
  std::vector<FunctionId> functions;
  for (const Stop& stop : stops) {
    for (const Frame& frame : symbolizer.frames(kFirst, stop.offset, false)) {
      out << symbolizer.file(frame.file) << ":" << frame.line << " " << to_string(frame.why) << frame.inlined << " ";
      write(frame.function);
      functions.push_back(frame.function);
    }
    const CallTypes& types = symbolizer.call_types(kFirst, stop.offset);
    for (const TypeHint& hint : types.hints) out << hint.type << " " << hint.type_bytes << "\n";
    out << types.returned_offset.value_or(77) << types.returns_untyped << types.folded.size() << "\n";
  }
  const std::vector<ModuleId> modules = {kFirst};
  for (const char* pattern : {"*", "main", "no such name"}) {
    for (const FunctionId id : symbolizer.find_functions(modules, pattern)) write(id), functions.push_back(id);
  }
  for (const FunctionId id : functions) {
    for (const Symbolizer::CodeLine& line : symbolizer.code_lines(id)) {
      out << symbolizer.file(line.file) << ":" << line.line << "\n";
    }
    write(id);
  }
  return out.str();
}

std::string bytes_of(const std::string& path) {
  std::ostringstream out;
  out << std::ifstream(path, std::ios::binary).rdbuf();
  return out.str();
}

/// The only file in a cache; "" if there is none.
std::string only_file(const std::string& cache) {
  if (!std::filesystem::exists(cache)) return "";
  std::string found;
  for (const auto& entry : std::filesystem::directory_iterator(cache)) {
    REQUIRE(found.empty());
    found = entry.path().string();
  }
  return found;
}

}  // namespace

TEST_CASE("what is known of a call's result comes back as it was, and damage is noticed") {
  CallTypes types;
  types.hints = {{"app::Pod", 40, 8, true, TypeClue::kMember}, {"int", 4, 0, false, TypeClue::kResult}};
  types.returned_offset = 16;
  types.returns_untyped = true;
  types.folded = {"fill<app::Pod>"};
  CallTypes nothing;
  nothing.asks_for_array = true;
  ModuleAnswers answers;
  answers.add_call_types(0x1234, types);
  answers.add_call_types(0x99, nothing);
  const std::string bytes = answers.encode();
  const std::optional<ModuleAnswers> back = ModuleAnswers::decode(bytes);
  REQUIRE(back);
  REQUIRE(back->call_types(0x1234) != nullptr);
  CHECK(*back->call_types(0x1234) == types);
  REQUIRE(back->call_types(0x99) != nullptr);
  CHECK(*back->call_types(0x99) == nothing);
  CHECK(back->call_types(0x1235) == nullptr);
  for (std::size_t cut = 0; cut < bytes.size(); ++cut) CHECK_FALSE(ModuleAnswers::decode(bytes.substr(0, cut)));
}

TEST_CASE("answers are the same with and without a cache", "[cache]") {
  struct Program {
    std::vector<std::string> sources;
    std::string flags;
  };
  const std::vector<Program> programs = {
      {{"lines.cpp", "other.cpp"}, "-O2 -g"}, {{"lines.cpp", "other.cpp"}, "-O2 -g1"},
      {{"lines.cpp", "other.cpp"}, "-O2"},    {{"lines.cpp", "other.cpp"}, "-O2 -gdwarf-5 -gsplit-dwarf"},
      {{"coroutine.cpp"}, "-O2 -g"},          {{"bodies.cpp"}, "-O2 -g -fopenmp"},
      {{"bodies.cpp"}, "-O0 -g -fopenmp"},
  };
  for (const std::string& compiler : {kGxx, kClangxx}) {
    for (const Program& made_of : programs) {
      INFO(compiler << " " << made_of.flags << " " << made_of.sources.front());
      const ScratchFolder folder;
      const std::string program = folder / "program", cache = folder / "cache";
      compile(compiler, made_of.flags, made_of.sources, program);
      const std::string id = build_id_of(program);
      const std::vector<Stop> stops = stops_of(program);
      const std::string plain = everything(program, id, stops, "");
      CHECK(everything(program, id, stops, cache) == plain);
      CHECK(everything(program, id, stops, cache) == plain);
      // What lies in several files is not kept.
      CHECK(only_file(cache).empty() == (made_of.flags.find("split") != std::string::npos));
      // A part of it was asked before: the rest is added.
      const std::string other_cache = folder / "other";
      everything(program, id, {stops.front()}, other_cache);
      CHECK(everything(program, id, stops, other_cache, true) == plain);
      CHECK(everything(program, id, stops, other_cache) == plain);
    }
  }
}

TEST_CASE("the cache is used, for the very same file and build id only", "[cache]") {
  const ScratchFolder folder;
  const std::string program = folder / "lines", cache = folder / "cache";
  compile(kGxx, "-O2 -g", {"lines.cpp", "other.cpp"}, program);
  const std::string id = build_id_of(program);
  const std::vector<Stop> stops = stops_of(program);
  const std::string plain = everything(program, id, stops, cache);

  // A name that only the cache knows shows where an answer comes from.
  const std::string file = only_file(cache);
  REQUIRE_FALSE(file.empty());
  const std::string bytes = bytes_of(file);
  const std::size_t stamp_bytes = static_cast<unsigned char>(bytes[24]) + 256U * static_cast<unsigned char>(bytes[25]);
  const std::string stamp = bytes.substr(40, stamp_bytes);
  std::string content = bytes.substr(40 + stamp_bytes);
  for (std::size_t at = 0; (at = content.find("other.cpp", at)) != std::string::npos;) content.replace(at, 5, "cache");
  const std::string name = std::filesystem::path(file).stem().string();
  CacheFolder(cache).write(name, stamp, content);
  CHECK(plain.find("cache.cpp") == std::string::npos);
  CHECK(everything(program, id, stops, cache).find("cache.cpp") != std::string::npos);

  SECTION("no build id: nothing to find it by") {
    CHECK(everything(program, "", stops, cache) == plain);
  }
  SECTION("the file changed") {
    const auto time = std::filesystem::last_write_time(program);
    std::filesystem::last_write_time(program, time + std::chrono::seconds(5));
    CHECK(everything(program, id, stops, cache) == plain);
  }
  SECTION("no whole answers") {
    CacheFolder(cache).write(name, stamp, content.substr(0, content.size() / 2));
    CHECK(everything(program, id, stops, cache) == plain);
    CHECK(bytes_of(file) == bytes);  // written anew
  }
}

TEST_CASE("answers survive the way to the disk; a cut or impossible one is refused", "[cache]") {
  ModuleAnswers answers;
  FunctionRecipe inner;
  inner.key_head = "f()";
  inner.key_tail = ":12";
  inner.key_has_file = true;
  inner.name = inner.qualified = "f";
  inner.signature = "f()";
  inner.file = "/a.cpp";
  inner.decl_line = 12;
  FunctionRecipe lambda = inner;
  lambda.name = "operator()";
  lambda.enclosing = answers.add_recipe(inner);
  lambda.needs = {0};
  CHECK(answers.add_recipe(lambda) == 1);
  CHECK(answers.add_recipe(inner) == 0);  // known
  const std::uint32_t path = answers.add_path("/a.cpp");
  using Variant = FunctionCopy::Variant;
  answers.add_frames(0x1234, {{1, path + 1, 13, 0, true, {}}, {0, path + 1, 15, 0, false, {2, Variant::kDeleting}}});
  answers.add_frames(~std::uint64_t{0}, {{kNoRecipe, 0, 0, static_cast<std::uint8_t>(NoLine::kStripped), false, {}}});
  answers.add_functions("f*", {0, 1});
  answers.add_lines("f", {{0, 1}, {{path, 12}, {path, 15}}});

  const std::string bytes = answers.encode();
  const auto read = ModuleAnswers::decode(bytes);
  REQUIRE(read);
  CHECK(read->encode() == bytes);
  CHECK(read->recipe(1) == lambda);
  CHECK(*read->frames(0x1234) == *answers.frames(0x1234));
  CHECK_FALSE(read->has_news());
  CHECK(read->frames(0x1235) == nullptr);
  CHECK(*read->functions("f*") == std::vector<std::uint32_t>{0, 1});
  CHECK(read->lines("f")->lines.size() == 2);

  for (std::size_t size = 0; size < bytes.size(); ++size) CHECK_FALSE(ModuleAnswers::decode(bytes.substr(0, size)));
  CHECK_FALSE(ModuleAnswers::decode(bytes + '\0'));
  // Whatever a byte is changed to: refused, or every number in it is one of something that is there.
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    for (int value = 0; value < 256; ++value) {
      std::string changed = bytes;
      changed[i] = static_cast<char>(value);
      const auto other = ModuleAnswers::decode(changed);
      if (!other) continue;
      for (std::uint32_t r = 0; r < other->recipe_count(); ++r) {
        const FunctionRecipe& recipe = other->recipe(r);
        if (recipe.enclosing != kNoRecipe && recipe.enclosing >= r) FAIL_CHECK("enclosed by a later one");
        for (const std::uint32_t needed : recipe.needs) {
          if (needed >= r) FAIL_CHECK("needs a later one");
        }
      }
      for (const std::uint64_t pc : {std::uint64_t{0x1234}, ~std::uint64_t{0}}) {
        if (other->frames(pc) == nullptr) continue;
        for (const StoredFrame& frame : *other->frames(pc)) {
          if (frame.recipe != kNoRecipe && frame.recipe >= other->recipe_count()) FAIL_CHECK("no such function");
          if (frame.path > other->path_count()) FAIL_CHECK("no such path");
        }
      }
    }
  }
}

}  // namespace memline::symbols::test
