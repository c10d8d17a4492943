#include "model/block_types.h"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "symbols/types/allocating_function.h"
#include "symbols/types/held_type.h"
#include "symbols/types/type_spelling.h"

namespace memline::model {
namespace {

using symbols::AllocatingFunction;
using Role = AllocatingFunction::Role;

/// Source frames that are looked at behind the allocator for the container it works for; libstdc++ needs 12 at -O0.
constexpr int kMostMembers = 24;
/// Functions within functions that hand on what malloc gave them.
constexpr int kMostWrappers = 32;

/// The source frames of a stack from the innermost outwards, those of inlined functions included.
class Frames {
 public:
  Frames(FrameSource& source, NodeId innermost) : source_(source), node_(innermost) { settle(); }

  bool done() const { return node_.none(); }
  NodeId node() const { return node_; }
  const symbols::Frame& frame() const { return source_.frames(node_)[depth_]; }
  /// "" where not even a symbol is known.
  std::string_view function() const {
    const FunctionId id = frame().function;
    return id.none() ? std::string_view() : std::string_view(source_.function(id).qualified);
  }
  void next() {
    ++depth_;
    settle();
  }

 private:
  void settle() {
    while (!node_.none() && depth_ >= source_.frames(node_).size()) {
      node_ = source_.parent(node_);
      depth_ = 0;
    }
  }

  FrameSource& source_;
  NodeId node_;
  std::size_t depth_ = 0;
};

/// A memory resource of the standard library that only hands on what operator new gave has no symbol.
bool is_nameless_library_code(FrameSource& source, const Frames& at) {
  if (!at.function().empty()) return false;
  const ModuleId module = source.module(at.node());
  if (module.none()) return false;
  const std::string& path = source.module_file(module).path;
  return path.find("/libstdc++.so") != std::string::npos || path.find("/libc++.so") != std::string::npos;
}

/// The node's name by the container that asked for it.
std::string container_node(Frames at, const std::string& value) {
  for (int i = 0; i < kMostMembers && !at.done(); ++i, at.next()) {
    if (std::string node = symbols::node_of_member(at.function(), value); !node.empty()) return node;
  }
  return "";
}

/// An allocated type as people know it, a node by the container that asked for it from `at` or further out.
std::string held_kind(std::string_view allocated, const Frames& at) {
  symbols::HeldType held = symbols::held_type(allocated);
  if (held.value.empty()) return std::move(held.kind);
  std::string node = container_node(at, held.value);
  return node.empty() ? std::move(held.kind) : std::move(node);
}

TypeRule rule_of(Role role) {
  return role == Role::kAllocator ? TypeRule::kAllocator
         : role == Role::kMakes   ? TypeRule::kMaker
                                  : TypeRule::kContainer;
}

/// The template arguments of the first scope that has any.
std::vector<std::string> arguments_of(std::string_view function) {
  std::vector<std::string> arguments;
  for (const std::string_view scope : symbols::scope_parts(function)) {
    for (const std::string_view argument : symbols::template_parts(scope).arguments) {
      arguments.push_back(symbols::usual_spelling(argument));
    }
    if (!arguments.empty()) break;
  }
  return arguments;
}

std::string with_word_replaced(std::string text, const std::string& word, const std::string& other) {
  const auto is_part = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == ':'; };
  for (std::size_t at = text.find(word); at != std::string::npos && !word.empty(); at = text.find(word, at)) {
    const std::size_t end = at + word.size();
    const bool is_word = (at == 0 || !is_part(text[at - 1])) && (end == text.size() || !is_part(text[end]));
    if (is_word) text.replace(at, word.size(), other);
    at += is_word ? other.size() : 1;
  }
  return text;
}

/// "int* or Foo*": what `kind` is if it is not `function` that asked but one that has the same code.
std::string one_of(const std::string& kind, std::string_view function, const std::vector<std::string>& folded) {
  std::string text = kind;
  const std::vector<std::string> arguments = arguments_of(function);
  for (const std::string& name : folded) {
    const std::vector<std::string> others = arguments_of(name);
    std::string other = kind;
    for (std::size_t i = 0; i < std::min(arguments.size(), others.size()); ++i) {
      other = with_word_replaced(std::move(other), arguments[i], others[i]);
    }
    text += " or " + (other == kind ? "what " + name + " makes" : other);
  }
  return text;
}

TypeRule rule_of(symbols::TypeClue clue) {
  switch (clue) {
    case symbols::TypeClue::kConstructor:
      return TypeRule::kConstructor;
    case symbols::TypeClue::kVariable:
      return TypeRule::kVariable;
    case symbols::TypeClue::kMember:
      return TypeRule::kMember;
    case symbols::TypeClue::kResult:
      return TypeRule::kResult;
  }
  return TypeRule::kNone;
}

/// What was asked for.
struct Request {
  std::uint64_t bytes = 0;
  std::uint64_t offset = 0;  ///< into the block, of what callers see
  enum class How : std::uint8_t { kBytes, kObject, kArray } how = How::kBytes;
};

/// Where new[] keeps the number of objects that have destructors.
constexpr std::uint64_t kCookieBytes = 8;

enum class Fit : std::uint8_t { kNone, kMultiple, kExact };

Fit fit(const symbols::TypeHint& hint, const Request& request) {
  const std::uint64_t offset = request.offset + hint.offset;
  if (request.bytes < offset || hint.type_bytes == 0) return Fit::kNone;
  const std::uint64_t rest = request.bytes - offset;
  const bool is_built = hint.clue == symbols::TypeClue::kConstructor;
  if (rest == hint.type_bytes || (hint.is_open_ended && rest > hint.type_bytes)) return Fit::kExact;
  if (rest < hint.type_bytes || (is_built && request.how == Request::How::kObject)) return Fit::kNone;
  const bool has_cookie = request.how == Request::How::kArray && is_built;
  const bool is_multiple = rest % hint.type_bytes == 0 || (has_cookie && (rest - kCookieBytes) % hint.type_bytes == 0);
  return is_multiple ? Fit::kMultiple : Fit::kNone;
}

/// Whether it is what an allocator keeps for itself before the memory that it hands out: the block is for what comes
/// behind, which the same variable may have been moved to.
bool is_allocators_own(const symbols::TypeHint& hint, const symbols::CallTypes& types, const Request& request) {
  const std::uint64_t returned = types.returned_offset.value_or(0);
  if (returned == 0 || (hint.offset >= returned && !types.returns_untyped)) return false;
  return symbols::is_scalar_name(hint.type) || fit(hint, request) == Fit::kMultiple;
}

/// The first that is just as large as the block, else the first of which the block may be an array; null if none is.
const symbols::TypeHint* fitting(const symbols::CallTypes& types, const Request& request) {
  for (const Fit wanted : {Fit::kExact, Fit::kMultiple}) {
    for (const symbols::TypeHint& hint : types.hints) {
      if (fit(hint, request) == wanted && !is_allocators_own(hint, types, request)) return &hint;
    }
  }
  return nullptr;
}

/// Whether a block may be an array of such structs.
bool may_be_several(const symbols::TypeHint& hint, const Request& request) {
  return hint.clue != symbols::TypeClue::kConstructor && !symbols::is_scalar_name(hint.type) &&
         fit(hint, request) == Fit::kMultiple;
}

/// Structs that functions took a block for that is larger than these: if something begins where the first one ends, it is
/// the head of that; numbers that begin elsewhere in the block do not say what it is.
class Heads {
 public:
  void add(const symbols::CallTypes& types, const Request& request) {
    if (types.returns_untyped) return;  // an allocator's own bookkeeping
    for (const symbols::TypeHint& hint : types.hints) {
      if (hint.type_bytes <= 1 || symbols::is_scalar_name(hint.type)) continue;
      heads_.push_back({hint, request.offset + hint.offset});
      first_ = std::min(first_, heads_.back().begin);
    }
  }
  /// `found`, or the head that it is the tail of; null if it is a part of something else.
  const symbols::TypeHint* whole_of(const symbols::TypeHint& found, const symbols::CallTypes& types,
                                    const Request& request) const {
    const std::uint64_t begin = request.offset + found.offset;
    const bool is_of_numbers = symbols::is_scalar_name(found.type);
    const bool is_inside = is_of_numbers ? begin != 0 : found.offset > types.returned_offset.value_or(0);
    if (heads_.empty() || !is_inside) return &found;
    for (const Head& head : heads_) {
      if (head.begin == first_ && head.begin + head.hint.type_bytes == begin) return &head.hint;
    }
    return is_of_numbers ? nullptr : &found;
  }

 private:
  struct Head {
    symbols::TypeHint hint;
    std::uint64_t begin;  ///< in the block
  };
  std::vector<Head> heads_;
  std::uint64_t first_ = std::numeric_limits<std::uint64_t>::max();
};

/// `at`: where the hint is from.
std::string kind_of(const symbols::TypeHint& hint, const Request& request, const Frames& at) {
  const std::string kind = held_kind(hint.type, at);
  return request.how == Request::How::kArray ? kind + "[]" : kind;
}

/// Storage that its owner keeps to make objects in: what is made first of them is not all that it is for.
bool is_kept_storage(const symbols::TypeHint& hint, const symbols::CallTypes& types) {
  return hint.clue == symbols::TypeClue::kMember && hint.type_bytes == 1 && hint.offset == 0 &&
         types.returned_offset.value_or(0) == 0;
}

}  // namespace

std::string_view to_string(TypeRule rule) {
  switch (rule) {
    case TypeRule::kNone:
      return "";
    case TypeRule::kAllocator:
      return "template argument of the allocator";
    case TypeRule::kMaker:
      return "function that makes it";
    case TypeRule::kContainer:
      return "template argument of the container";
    case TypeRule::kConstructor:
      return "constructor";
    case TypeRule::kVariable:
      return "variable";
    case TypeRule::kMember:
      return "member or element";
    case TypeRule::kResult:
      return "result of a function";
  }
  return "";
}

BlockType BlockTypes::find(NodeId stack, std::uint64_t bytes) {
  BlockType named = find_by_name(stack);
  if (named.rule != TypeRule::kNone || named.is_ambiguous) return named;
  // What an allocator of the program's own has inside is its own affair.
  BlockType used = find_by_use(named.allocator.none() ? stack : named.allocator, bytes);
  if (used.rule != TypeRule::kNone || used.is_ambiguous) return used;
  named.kept_by = used.kept_by;
  return named;
}

BlockType BlockTypes::find_by_use(NodeId stack, std::uint64_t bytes) {
  Request request{bytes, 0, Request::How::kBytes};
  Heads heads;
  BlockType within;                   // what a function takes it for that hands it on
  bool wants_exact = false;           // it may be an array of `within`, or something larger that begins with one
  bool is_handed_on_untyped = false;  // as void*: its caller knows what it is
  NodeId node = stack;
  for (int i = 0; i < kMostWrappers && !node.none(); ++i, node = frames_.parent(node)) {
    const symbols::CallTypes& types = frames_.call_types(node);
    if (types.asks_for_array) request.how = Request::How::kArray;
    heads.add(types, request);
    const symbols::TypeHint* hint = fitting(types, request);
    if (hint != nullptr) hint = heads.whole_of(*hint, types, request);
    const bool is_several = hint != nullptr && may_be_several(*hint, request);
    const bool is_larger = hint != nullptr && !is_several && !symbols::is_scalar_name(hint->type);
    if (hint != nullptr && (!wants_exact || is_larger || (is_handed_on_untyped && hint->type_bytes > 1))) {
      BlockType found{rule_of(hint->clue), kind_of(*hint, request, Frames(frames_, node)), {}};
      if (!types.folded.empty()) {
        const FunctionId asking = frames_.frames(node).back().function;
        const std::string_view function = asking.none() ? "" : std::string_view(frames_.function(asking).qualified);
        return {TypeRule::kNone, one_of(found.kind, function, types.folded), {}, true};
      }
      wants_exact = is_several && types.returned_offset.has_value();
      if ((!types.returns_untyped && !wants_exact) || is_kept_storage(*hint, types)) return found;
      if (within.rule == TypeRule::kNone || is_handed_on_untyped) within = std::move(found);
      is_handed_on_untyped = types.returns_untyped;
    }
    const std::span<const symbols::Frame> frames = frames_.frames(node);
    if (frames.empty()) break;
    const FunctionId outermost = frames.back().function;
    const std::string_view name = outermost.none() ? "" : std::string_view(frames_.function(outermost).qualified);
    if (name.starts_with("operator new")) {
      if (request.how == Request::How::kBytes) request.how = Request::How::kObject;
      if (name.starts_with("operator new[]")) request.how = Request::How::kArray;
    } else if (!types.returned_offset) {
      // A wrapper in a library without debug information hands on what it got.
      const bool has_no_code = frames.back().line == 0 && types.hints.empty();
      if (!has_no_code || symbols::allocating_function(name).role != Role::kPasses) {
        within.kept_by = node;
        break;
      }
    }
    request.offset += types.returned_offset.value_or(0);
  }
  return within;
}

BlockType BlockTypes::find_by_name(NodeId stack) {
  Frames at(frames_, stack);
  std::optional<AllocatingFunction> found;
  NodeId found_at;
  NodeId allocator;
  NodeId stopped_at;  // the innermost frame that does more than hand on
  for (; !at.done(); at.next()) {
    AllocatingFunction function = symbols::allocating_function(at.function());
    // Compilers fold the inner functions of several allocators into one: the outermost of them is the one that was meant.
    if (function.role == Role::kOwnAllocator) {
      // It may serve one type with memory for another.
      found.reset();
      allocator = at.node();
      continue;
    }
    if (found && function.role != Role::kAllocator) break;
    if (!function.type.empty()) {
      found = std::move(function);
      found_at = at.node();
      if (found->role != Role::kAllocator) break;
    } else if (function.role != Role::kPasses) {
      if (stopped_at.none()) stopped_at = at.node();
      if (!is_nameless_library_code(frames_, at)) break;
    }
  }
  if (!found) return {TypeRule::kNone, "", stopped_at, false, allocator};
  std::string kind = held_kind(found->type, at);
  if (const auto& folded = frames_.call_types(found_at).folded; !folded.empty()) {
    const FunctionId asking = frames_.frames(found_at).back().function;
    const std::string_view name = asking.none() ? "" : std::string_view(frames_.function(asking).qualified);
    return {TypeRule::kNone, one_of(kind, name, folded), {}, true};
  }
  return {rule_of(found->role), std::move(kind), {}};
}

}  // namespace memline::model
