#include "symbols/types/allocating_function.h"

#include <algorithm>
#include <cctype>
#include <optional>
#include <utility>
#include <vector>

#include "symbols/types/type_spelling.h"

namespace memline::symbols {
namespace {

using Role = AllocatingFunction::Role;

bool mentions_alloc(std::string_view name) {
  constexpr std::string_view kWord = "alloc";
  const auto same = [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; };
  return std::search(name.begin(), name.end(), kWord.begin(), kWord.end(), same) != name.end();
}

std::string_view first_argument(std::string_view type) {
  const TemplateParts parts = template_parts(type);
  return parts.arguments.empty() ? std::string_view() : parts.arguments[0];
}

/// allocate() of `scope`: what it makes room for.
std::string_view allocated_by(std::string_view scope) {
  const std::string_view argument = first_argument(scope);
  if (template_parts(scope).name != "allocator_traits") return argument;
  // Of the allocator that the traits are about.
  const std::vector<std::string_view> parts = scope_parts(argument);
  return first_argument(parts.back());
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
  if (parts.name == "_Hashtable_alloc" && function == "_M_allocate_node") return std::string(first_argument(first));
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
                     function == "_M_default_append" || function == "reserve";
  // Elements with memory of their own may ask for it here, too.
  return parts.name == "vector" && grows && parts.arguments[0].ends_with('*') ? parts.arguments[0] : std::string_view();
}

/// Rust's functions have their arguments in their own names: "alloc::boxed::{impl#0}::new<app::Pod>".
std::optional<AllocatingFunction> of_rust(const std::vector<std::string_view>& scopes) {
  if (scopes.size() < 3) return std::nullopt;
  const bool is_table = scopes[0] == "hashbrown" && scopes[1] == "raw";
  const bool is_vector = scopes[0] == "alloc" && scopes[1] == "raw_vec";
  const bool is_box = scopes[0] == "alloc" && scopes[1] == "boxed";
  if (scopes[0] == "alloc" && scopes[1] == "alloc") return AllocatingFunction{Role::kPasses, ""};
  if (!is_table && !is_vector && !is_box) return std::nullopt;
  const TemplateParts function = template_parts(scopes.back());
  const bool is_typed = !function.arguments.empty() && !function.arguments[0].ends_with("::Global") &&
                        !function.arguments[0].ends_with("::System");
  if (!is_typed) return AllocatingFunction{Role::kPasses, ""};
  const std::string type(function.arguments[0]);
  if (is_table) return AllocatingFunction{Role::kContainer, "hashbrown::raw::RawTable<" + type + ">"};
  return AllocatingFunction{is_box ? Role::kMakes : Role::kContainer, type};
}

}  // namespace

AllocatingFunction allocating_function(std::string_view qualified) {
  const std::vector<std::string_view> scopes = scope_parts(qualified);
  if (std::optional<AllocatingFunction> rust = of_rust(scopes)) return *std::move(rust);
  const TemplateParts function = template_parts(scopes.back());
  if (function.name.starts_with("operator new")) return {Role::kPasses, ""};
  const std::string_view scope = scopes.size() > 1 ? scopes[scopes.size() - 2] : std::string_view();
  const std::string_view scope_name = template_parts(scope).name;
  const bool in_std = scopes.size() > 1 && scopes[0] == "std";
  if (scopes.size() == 1 && makes_text(function.name)) return {Role::kMakes, "char"};
  if ((function.name == "allocate" || function.name == "allocate_at_least") && mentions_alloc(scope_name)) {
    if (const std::string_view type = allocated_by(scope); !type.empty()) return {Role::kAllocator, std::string(type)};
  }
  if (in_std) {
    if (std::string type = allocated_for_container(scope, function.name); !type.empty()) {
      return {Role::kAllocator, std::move(type)};
    }
  }
  if (in_std && function.name.starts_with("make_unique") && !function.arguments.empty()) {
    return {Role::kMakes, std::string(function.arguments[0])};
  }
  if (in_std) {
    if (const std::string_view type = held_by(scope, function.name); !type.empty()) {
      return {Role::kContainer, std::string(type)};
    }
  }
  // What a memory resource or an arena fetches is not the object that somebody asks it for.
  const bool keeps = scope_name.ends_with("_resource") && scope_name != "memory_resource";
  return {mentions_alloc(function.name) && !keeps ? Role::kPasses : Role::kOther, ""};
}

}  // namespace memline::symbols
