#include "symbols/module_answers.h"

#include <algorithm>
#include <limits>

#include "memline/trace_codec.h"
#include "symbols/symbolizer.h"

namespace memline::symbols {
namespace {

using trace::Decoder;

constexpr auto kMostWhy = static_cast<std::uint64_t>(NoLine::kNoSplitFile);
constexpr auto kMostVariant = static_cast<std::uint64_t>(FunctionCopy::Variant::kBase);

/// Numbers as trace_codec.h writes them, into memory that grows.
class Writer {
 public:
  explicit Writer(std::string& out) : out_(out) {}

  void number(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) out_ += static_cast<char>(value | 0x80);
    out_ += static_cast<char>(value);
  }
  void text(std::string_view value) {
    number(value.size());
    out_ += value;
  }
  void numbers(const std::vector<std::uint32_t>& values) {
    number(values.size());
    for (const std::uint32_t value : values) number(value);
  }

 private:
  std::string& out_;
};

void write_recipe(Writer& out, const FunctionRecipe& recipe) {
  out.text(recipe.key_head), out.text(recipe.key_tail);
  out.number((recipe.key_has_module ? 1U : 0U) | (recipe.key_has_file ? 2U : 0U));
  out.text(recipe.name), out.text(recipe.qualified), out.text(recipe.signature), out.text(recipe.linkage_name);
  out.text(recipe.file);
  out.number(recipe.decl_line);
  out.number(recipe.enclosing == kNoRecipe ? 0 : std::uint64_t{recipe.enclosing} + 1);
  out.numbers(recipe.needs);
}

std::string bytes_of(const FunctionRecipe& recipe) {
  std::string bytes;
  Writer out(bytes);
  write_recipe(out, recipe);
  return bytes;
}

/// Reads what Writer wrote; every count and number is held against what there can be.
class Reader {
 public:
  explicit Reader(std::string_view bytes)
      : decoder_(std::as_bytes(std::span(bytes.data(), bytes.size()))),
        end_(reinterpret_cast<const std::byte*>(bytes.data() + bytes.size())) {}

  std::uint64_t number(std::uint64_t limit = std::numeric_limits<std::uint64_t>::max()) {
    std::uint64_t value = 0;
    decoder_.number(value);
    if (value <= limit) return value;
    decoder_.fail();
    return 0;
  }
  std::uint32_t number32(std::uint32_t limit = std::numeric_limits<std::uint32_t>::max()) {
    return static_cast<std::uint32_t>(number(limit));
  }
  /// A number below `count`.
  std::uint32_t index(std::size_t count) {
    const std::uint32_t value = number32();
    if (value >= count) decoder_.fail();
    return value;
  }
  /// How many things of at least one byte follow.
  std::size_t count() {
    return static_cast<std::size_t>(number(static_cast<std::uint64_t>(end_ - decoder_.position())));
  }
  std::string text() {
    std::string_view value;
    decoder_.text(value);
    return std::string(value);
  }
  std::vector<std::uint32_t> indexes(std::size_t below) {
    std::vector<std::uint32_t> values(count());
    for (std::uint32_t& value : values) value = index(below);
    return values;
  }

  bool ok() const { return decoder_.ok(); }
  bool done() const { return decoder_.done(); }

 private:
  Decoder decoder_;
  const std::byte* end_;
};

FunctionRecipe read_recipe(Reader& in, std::size_t before) {
  FunctionRecipe recipe;
  recipe.key_head = in.text(), recipe.key_tail = in.text();
  const std::uint64_t flags = in.number(3);
  recipe.key_has_module = (flags & 1) != 0, recipe.key_has_file = (flags & 2) != 0;
  recipe.name = in.text(), recipe.qualified = in.text(), recipe.signature = in.text(), recipe.linkage_name = in.text();
  recipe.file = in.text();
  recipe.decl_line = in.number32();
  if (const std::uint64_t enclosing = in.number(before); enclosing != 0) {
    recipe.enclosing = static_cast<std::uint32_t>(enclosing - 1);
  }
  recipe.needs = in.indexes(before);
  return recipe;
}

constexpr auto kMostClue = static_cast<std::uint64_t>(TypeClue::kResult);

void write_call_types(Writer& out, const CallTypes& types) {
  out.number((types.returns_untyped ? 1U : 0U) | (types.asks_for_array ? 2U : 0U) | (types.returned_offset ? 4U : 0U));
  if (types.returned_offset) out.number(*types.returned_offset);
  out.number(types.folded.size());
  for (const std::string& name : types.folded) out.text(name);
  out.number(types.hints.size());
  for (const TypeHint& hint : types.hints) {
    out.text(hint.type);
    out.number(hint.type_bytes), out.number(hint.offset), out.number(hint.is_open_ended ? 1 : 0);
    out.number(static_cast<std::uint64_t>(hint.clue));
  }
}

CallTypes read_call_types(Reader& in) {
  CallTypes types;
  const std::uint64_t flags = in.number(7);
  types.returns_untyped = (flags & 1) != 0, types.asks_for_array = (flags & 2) != 0;
  if ((flags & 4) != 0) types.returned_offset = in.number();
  const std::size_t folded = in.count();
  for (std::size_t i = 0; i < folded && in.ok(); ++i) types.folded.push_back(in.text());
  const std::size_t hints = in.count();
  for (std::size_t i = 0; i < hints && in.ok(); ++i) {
    TypeHint& hint = types.hints.emplace_back();
    hint.type = in.text();
    hint.type_bytes = in.number(), hint.offset = in.number(), hint.is_open_ended = in.number(1) != 0;
    hint.clue = static_cast<TypeClue>(in.number(kMostClue));
  }
  return types;
}

template <class Map>
std::vector<typename Map::const_pointer> sorted(const Map& map) {
  std::vector<typename Map::const_pointer> entries;
  entries.reserve(map.size());
  for (const auto& entry : map) entries.push_back(&entry);
  std::sort(entries.begin(), entries.end(), [](auto a, auto b) { return a->first < b->first; });
  return entries;
}

/// Recipes are recalled by recursion. Nothing real comes near.
constexpr std::uint16_t kMostDepth = 1000;

std::uint16_t depth_of(const FunctionRecipe& recipe, const std::vector<std::uint16_t>& earlier) {
  std::uint16_t deepest = recipe.enclosing < earlier.size() ? earlier[recipe.enclosing] : 0;
  for (const std::uint32_t needed : recipe.needs) {
    if (needed < earlier.size()) deepest = std::max(deepest, earlier[needed]);
  }
  return static_cast<std::uint16_t>(deepest + 1);
}

}  // namespace

std::uint32_t ModuleAnswers::add_recipe(FunctionRecipe recipe) {
  if (recipe_numbers_.empty()) {
    for (std::uint32_t i = 0; i < recipes_.size(); ++i) recipe_numbers_.emplace(bytes_of(recipes_[i]), i);
  }
  const auto [place, is_new] =
      recipe_numbers_.try_emplace(bytes_of(recipe), static_cast<std::uint32_t>(recipes_.size()));
  if (is_new) recipes_.push_back(std::move(recipe));
  return place->second;
}

std::uint32_t ModuleAnswers::add_path(std::string_view path) {
  if (path_numbers_.empty()) {
    for (std::uint32_t i = 0; i < paths_.size(); ++i) path_numbers_.emplace(paths_[i], i);
  }
  const auto [place, is_new] = path_numbers_.try_emplace(std::string(path), static_cast<std::uint32_t>(paths_.size()));
  if (is_new) paths_.emplace_back(path);
  return place->second;
}

const std::vector<StoredFrame>* ModuleAnswers::frames(std::uint64_t pc) const {
  const auto found = frames_.find(pc);
  return found == frames_.end() ? nullptr : &found->second;
}

void ModuleAnswers::add_frames(std::uint64_t pc, std::vector<StoredFrame> frames) {
  has_news_ = frames_.insert_or_assign(pc, std::move(frames)).second || has_news_;
}

const std::vector<std::uint32_t>* ModuleAnswers::functions(const std::string& pattern) const {
  const auto found = functions_.find(pattern);
  return found == functions_.end() ? nullptr : &found->second;
}

void ModuleAnswers::add_functions(const std::string& pattern, std::vector<std::uint32_t> recipes) {
  has_news_ = functions_.insert_or_assign(pattern, std::move(recipes)).second || has_news_;
}

const StoredLines* ModuleAnswers::lines(const std::string& function) const {
  const auto found = lines_.find(function);
  return found == lines_.end() ? nullptr : &found->second;
}

void ModuleAnswers::add_lines(const std::string& function, StoredLines lines) {
  has_news_ = lines_.insert_or_assign(function, std::move(lines)).second || has_news_;
}

const CallTypes* ModuleAnswers::call_types(std::uint64_t return_address) const {
  const auto found = call_types_.find(return_address);
  return found == call_types_.end() ? nullptr : &found->second;
}

void ModuleAnswers::add_call_types(std::uint64_t return_address, CallTypes types) {
  has_news_ = call_types_.insert_or_assign(return_address, std::move(types)).second || has_news_;
}

std::string ModuleAnswers::encode() const {
  std::string bytes;
  Writer out(bytes);
  out.number(paths_.size());
  for (const std::string& path : paths_) out.text(path);
  out.number(recipes_.size());
  for (const FunctionRecipe& recipe : recipes_) write_recipe(out, recipe);
  out.number(frames_.size());
  std::uint64_t last = 0;
  for (const auto* entry : sorted(frames_)) {
    out.number(entry->first - last);
    last = entry->first;
    out.number(entry->second.size());
    for (const StoredFrame& frame : entry->second) {
      out.number(frame.recipe == kNoRecipe ? 0 : std::uint64_t{frame.recipe} + 1);
      out.number(frame.path), out.number(frame.line), out.number(frame.why), out.number(frame.inlined ? 1 : 0);
      out.number(frame.copy.parts), out.number(static_cast<std::uint64_t>(frame.copy.variant));
    }
  }
  out.number(functions_.size());
  for (const auto* entry : sorted(functions_)) out.text(entry->first), out.numbers(entry->second);
  out.number(lines_.size());
  for (const auto* entry : sorted(lines_)) {
    out.text(entry->first), out.numbers(entry->second.recipes);
    out.number(entry->second.lines.size());
    for (const auto& [path, line] : entry->second.lines) out.number(path), out.number(line);
  }
  out.number(call_types_.size());
  for (const auto* entry : sorted(call_types_)) out.number(entry->first), write_call_types(out, entry->second);
  return bytes;
}

std::optional<ModuleAnswers> ModuleAnswers::decode(std::string_view bytes) {
  ModuleAnswers answers;
  Reader in(bytes);
  const std::size_t paths = in.count();
  for (std::size_t i = 0; i < paths && in.ok(); ++i) answers.paths_.push_back(in.text());
  const std::size_t recipes = in.count();
  std::vector<std::uint16_t> depths;
  for (std::size_t i = 0; i < recipes && in.ok(); ++i) {
    answers.recipes_.push_back(read_recipe(in, i));
    depths.push_back(depth_of(answers.recipes_.back(), depths));
    if (depths.back() > kMostDepth) return std::nullopt;
  }
  const std::size_t addresses = in.count();
  answers.frames_.reserve(addresses);
  std::uint64_t pc = 0;
  for (std::size_t i = 0; i < addresses && in.ok(); ++i) {
    pc += in.number();
    std::vector<StoredFrame> frames(in.count());
    for (StoredFrame& frame : frames) {
      if (const std::uint64_t recipe = in.number(recipes); recipe != 0) {
        frame.recipe = static_cast<std::uint32_t>(recipe - 1);
      }
      frame.path = in.number32(static_cast<std::uint32_t>(paths));
      frame.line = in.number32();
      frame.why = static_cast<std::uint8_t>(in.number(kMostWhy));
      frame.inlined = in.number(1) != 0;
      frame.copy.parts = static_cast<std::uint8_t>(in.number(std::numeric_limits<std::uint8_t>::max()));
      frame.copy.variant = static_cast<FunctionCopy::Variant>(in.number(kMostVariant));
      if (!in.ok()) return std::nullopt;
    }
    if (frames.empty()) return std::nullopt;  // every address has an answer
    answers.frames_.emplace(pc, std::move(frames));
  }
  const std::size_t patterns = in.count();
  for (std::size_t i = 0; i < patterns && in.ok(); ++i) {
    std::string pattern = in.text();
    answers.functions_.emplace(std::move(pattern), in.indexes(recipes));
  }
  const std::size_t with_lines = in.count();
  for (std::size_t i = 0; i < with_lines && in.ok(); ++i) {
    std::string function = in.text();
    StoredLines lines;
    lines.recipes = in.indexes(recipes);
    lines.lines.resize(in.count());
    for (auto& [path, line] : lines.lines) path = in.index(paths), line = in.number32();
    answers.lines_.emplace(std::move(function), std::move(lines));
  }
  const std::size_t calls = in.count();
  for (std::size_t i = 0; i < calls && in.ok(); ++i) {
    const std::uint64_t return_address = in.number();
    answers.call_types_.emplace(return_address, read_call_types(in));
  }
  if (!in.ok() || !in.done()) return std::nullopt;
  return answers;
}

}  // namespace memline::symbols
