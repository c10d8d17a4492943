#include "symbols/types/allocating_function.h"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "symbols/brackets.h"
#include "symbols/types/type_spelling.h"

namespace memline::symbols {
namespace {

using Role = AllocatingFunction::Role;

bool mentions_alloc(std::string_view name) {
  constexpr std::string_view kWord = "alloc";
  const auto same = [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; };
  return std::search(name.begin(), name.end(), kWord.begin(), kWord.end(), same) != name.end();
}

/// What an allocator makes room for, if it is one of those that ask for as much as they are asked for, and whose first
/// argument is known to be that: the arguments of others may be anything. "" for all others.
std::string_view allocated_by(std::string_view allocator) {
  const TemplateParts parts = template_parts(allocator);
  const std::vector<std::string_view> scopes = scope_parts(parts.name);
  const std::string_view name = scopes.back();
  const bool in_std = scopes.size() > 1 && scopes.front() == "std";
  const bool in_gnu = scopes.size() > 1 && scopes.front() == "__gnu_cxx";
  const bool is_known =
      (in_std && (name == "allocator" || name == "__new_allocator" || name == "polymorphic_allocator")) ||
      (in_gnu && (name == "new_allocator" || name == "malloc_allocator"));
  return is_known && !parts.arguments.empty() ? parts.arguments[0] : std::string_view();
}

/// allocate() of an allocator, or of the traits of one.
std::string_view allocated_in(std::string_view scope) {
  constexpr std::string_view kTraits = "std::allocator_traits";
  constexpr std::string_view kGnuTraits = "__gnu_cxx::__alloc_traits";
  const TemplateParts parts = template_parts(scope);
  const bool is_traits =
      parts.name == kTraits || parts.name == kGnuTraits || parts.name == "std::__1::allocator_traits";
  return is_traits && !parts.arguments.empty() ? allocated_by(parts.arguments[0]) : allocated_by(scope);
}

/// The node that an allocator of nodes is about, whatever its other arguments say.
std::string hash_node(std::string_view allocator) {
  for (const std::string_view argument : template_parts(allocator).arguments) {
    if (template_parts(argument).name == "std::__detail::_Hash_node") return std::string(argument);
  }
  return "";
}

/// What the functions through which libstdc++'s containers call their allocator make room for; "" for all others.
/// Compilers fold those of several types into one from inside out: the outermost one is right.
std::string allocated_for_container(std::string_view scope, std::string_view function) {
  const TemplateParts parts = template_parts(scope);
  if (parts.arguments.empty()) return "";
  const std::string first(parts.arguments[0]);
  if (function == "_M_allocate" && parts.name == "_Vector_base") return first;
  if (function == "_M_create" && parts.name == "basic_string") return first;
  if (parts.name == "_Deque_base") {
    return function == "_M_allocate_node" ? first : function == "_M_allocate_map" ? first + "*" : "";
  }
  if (function == "_M_get_node") {
    if (parts.name == "_List_base") return "std::_List_node<" + first + ">";
    if (parts.name == "_Fwd_list_base") return "std::_Fwd_list_node<" + first + ">";
    if (parts.name == "_Rb_tree" && parts.arguments.size() > 1) {
      return "std::_Rb_tree_node<" + std::string(parts.arguments[1]) + ">";
    }
  }
  if (parts.name == "_Hashtable_alloc" && function == "_M_allocate_node") return hash_node(first);
  if (parts.name == "_Hashtable_alloc" && function == "_M_allocate_buckets") return "std::__detail::_Hash_node_base*";
  return "";
}

/// Functions of the C library whose result is text.
bool makes_text(std::string_view name) {
  name.remove_prefix(std::min(name.find_first_not_of('_'), name.size()));
  return name == "strdup" || name == "strndup" || name == "vasprintf" || name == "asprintf";
}

/// Members of std::string are compiled into the library, which has no debug information.
std::string_view held_by(std::string_view scope, std::string_view function) {
  const TemplateParts parts = template_parts(scope);
  if (parts.arguments.empty()) return {};
  if (parts.name == "basic_string") return parts.arguments[0];
  const bool grows = function == "_M_realloc_insert" || function == "_M_realloc_append" ||
                     function == "_M_default_append" || function == "_M_fill_insert" || function == "_M_fill_assign" ||
                     function == "reserve";
  if (parts.name == "vector" && grows && parts.arguments[0] == "bool") return "unsigned long";
  // Elements with memory of their own may ask for it here, too.
  return parts.name == "vector" && grows && is_scalar_name(usual_spelling(parts.arguments[0])) ? parts.arguments[0]
                                                                                               : std::string_view();
}

/// "<a::B<C> as d::E>::f" -> "a::B<C>::f": symbols name the type so whose function it is, debug information does not.
std::string without_implementation(std::string_view qualified) {
  constexpr std::string_view kTrait = " as ";
  const std::size_t end = qualified.starts_with('<') ? Brackets(qualified).partner(0) : Brackets::kNone;
  if (end == Brackets::kNone || end == 0) return std::string(qualified);
  const std::string_view inside = qualified.substr(1, end - 1);
  const Brackets brackets(inside);
  std::size_t type_end = 0;
  while (type_end < inside.size() && !inside.substr(type_end).starts_with(kTrait)) type_end = brackets.past(type_end);
  return std::string(inside.substr(0, type_end)).append(qualified.substr(end + 1));
}

/// Rust's functions have their arguments in their own names: "alloc::boxed::{impl#0}::new<app::Pod>".
std::optional<AllocatingFunction> of_rust(std::string_view qualified) {
  const std::string name = without_implementation(qualified);
  const std::vector<std::string_view> scopes = scope_parts(name);
  if (scopes.size() < 3) return std::nullopt;
  const bool is_table = scopes[0] == "hashbrown" && scopes[1] == "raw";
  const bool is_vector = scopes[0] == "alloc" && scopes[1] == "raw_vec";
  const bool is_box = scopes[0] == "alloc" && scopes[1] == "boxed";
  if (scopes[0] == "alloc" && scopes[1] == "alloc") return AllocatingFunction{Role::kPasses, ""};
  if (scopes[0] == "alloc" && scopes[1] == "vec") {
    // Its elements' functions may allocate as well, but they are seen before it.
    const TemplateParts owner = template_parts(scopes[2]);
    if (owner.name != "Vec" || owner.arguments.empty() || owner.arguments[0] == "_") return std::nullopt;
    return AllocatingFunction{Role::kContainer, std::string(owner.arguments[0])};
  }
  if (scopes[0] == "alloc" && scopes[1] == "string" && scopes[2] == "String") {
    return AllocatingFunction{Role::kContainer, "u8"};
  }
  if (!is_table && !is_vector && !is_box) return std::nullopt;
  const TemplateParts function = template_parts(scopes.back());
  const bool is_typed = !function.arguments.empty() && function.arguments[0] != "_" &&
                        !function.arguments[0].ends_with("::Global") && !function.arguments[0].ends_with("::System");
  if (!is_typed) return AllocatingFunction{Role::kPasses, ""};
  const std::string type(function.arguments[0]);
  if (is_table) return AllocatingFunction{Role::kContainer, "hashbrown::raw::RawTable<" + type + ">"};
  return AllocatingFunction{is_box ? Role::kMakes : Role::kContainer, type};
}

/// Where std::function and std::any keep what does not fit into themselves.
std::string_view kept_by(std::string_view scope, std::string_view function) {
  const TemplateParts parts = template_parts(scope);
  const bool is_function = parts.name == "_Base_manager" &&
                           (function == "_M_create" || function == "_M_clone" || function == "_M_init_functor");
  const bool is_any = parts.name == "_Manager_external" && (function == "_S_create" || function == "_S_manage");
  return (is_function || is_any) && !parts.arguments.empty() ? parts.arguments[0] : std::string_view();
}

/// A function of the standard library, or of one of its classes.
std::optional<AllocatingFunction> of_standard_library(std::string_view scope, const TemplateParts& function) {
  if (std::string type = allocated_for_container(scope, function.name); !type.empty()) {
    return AllocatingFunction{Role::kAllocator, std::move(type)};
  }
  if (function.name.starts_with("make_unique") && !function.arguments.empty()) {
    return AllocatingFunction{Role::kMakes, std::string(function.arguments[0])};
  }
  if (const std::string_view type = kept_by(scope, function.name); !type.empty()) {
    return AllocatingFunction{Role::kMakes, std::string(type)};
  }
  if (const std::string_view type = held_by(scope, function.name); !type.empty()) {
    return AllocatingFunction{Role::kContainer, std::string(type)};
  }
  return std::nullopt;
}

/// Members whose names mention allocations, but which do more than hand on what they got: those of memory resources and
/// arenas fetch what objects are made in later, and vectors move their elements.
bool does_more(std::string_view class_name, std::string_view function) {
  if (class_name == "memory_resource" || class_name == "newdel_res_t") return false;
  return class_name.ends_with("_resource") || function == "do_allocate" || class_name == "vector";
}

}  // namespace

AllocatingFunction allocating_function(std::string_view qualified) {
  const std::vector<std::string_view> scopes = scope_parts(qualified);
  if (std::optional<AllocatingFunction> rust = of_rust(qualified)) return *std::move(rust);
  const TemplateParts function = template_parts(scopes.back());
  if (function.name.starts_with("operator new")) return {Role::kPasses, ""};
  if (scopes.size() == 1 && makes_text(function.name)) return {Role::kMakes, "char"};
  const std::string_view scope = scopes.size() > 1 ? scopes[scopes.size() - 2] : std::string_view();
  const bool in_std = scopes.size() > 1 && scopes[0] == "std";
  if (scopes.size() > 1 && (function.name == "allocate" || function.name == "allocate_at_least")) {
    const std::size_t scope_end = static_cast<std::size_t>(scope.data() - qualified.data()) + scope.size();
    if (const std::string_view type = allocated_in(qualified.substr(0, scope_end)); !type.empty()) {
      return {Role::kAllocator, std::string(type)};
    }
    if (!in_std) return {Role::kOwnAllocator, ""};
  }
  if (std::optional<AllocatingFunction> known = in_std ? of_standard_library(scope, function) : std::nullopt) {
    return *std::move(known);
  }
  const bool passes = mentions_alloc(function.name) && !does_more(template_parts(scope).name, function.name);
  return {passes ? Role::kPasses : Role::kOther, ""};
}

}  // namespace memline::symbols
