#include "symbols/types/held_type.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "symbols/types/type_spelling.h"

namespace memline::symbols {
namespace {

enum class Holder : std::uint8_t { kTree, kHash, kList, kForwardList, kShared, kControl, kRustTree, kRustTable };

struct Internal {
  std::string_view name;
  Holder holder;
};

constexpr std::array kInternals = {
    Internal{"std::_Rb_tree_node", Holder::kTree},
    Internal{"std::_List_node", Holder::kList},
    Internal{"std::_Fwd_list_node", Holder::kForwardList},
    Internal{"std::__detail::_Hash_node", Holder::kHash},
    Internal{"std::_Sp_counted_ptr_inplace", Holder::kShared},
    Internal{"std::_Sp_counted_ptr", Holder::kControl},
    Internal{"std::_Sp_counted_deleter", Holder::kControl},
    Internal{"std::__tree_node", Holder::kTree},
    Internal{"std::__list_node", Holder::kList},
    Internal{"std::__forward_list_node", Holder::kForwardList},
    Internal{"std::__hash_node", Holder::kHash},
    Internal{"std::__shared_ptr_emplace", Holder::kShared},
    Internal{"std::__shared_ptr_pointer", Holder::kControl},
    Internal{"alloc::rc::RcInner", Holder::kShared},
    Internal{"alloc::rc::RcBox", Holder::kShared},
    Internal{"alloc::sync::ArcInner", Holder::kShared},
    Internal{"alloc::collections::btree::node::LeafNode", Holder::kRustTree},
    Internal{"alloc::collections::btree::node::InternalNode", Holder::kRustTree},
    Internal{"hashbrown::raw::RawTable", Holder::kRustTable},
};

/// The type whose const version this is; "" if it is none.
std::string without_const(std::string_view type) {
  // Of pointers the last const is the pointer's own.
  constexpr std::string_view kBehind = " const";
  std::string bare(type);
  if (const std::size_t at = bare.rfind(kBehind); at != std::string::npos) bare.erase(at, kBehind.size());
  if (const_type(bare) == type) return bare;
  constexpr std::string_view kBefore = "const ";
  bare = type.substr(type.starts_with(kBefore) ? kBefore.size() : 0);
  return const_type(bare) == type ? bare : "";
}

/// "std::pair<const K, V>" and libc++'s own pairs -> "K, V"; "" for anything else.
std::string key_and_value(std::string_view value) {
  const TemplateParts parts = template_parts(value);
  if (parts.arguments.size() != 2) return "";
  const bool own_pair = parts.name == "std::__value_type" || parts.name == "std::__hash_value_type";
  if (!own_pair && parts.name != "std::pair") return "";
  const std::string key = own_pair ? std::string(parts.arguments[0]) : without_const(parts.arguments[0]);
  return key.empty() ? "" : key + ", " + std::string(parts.arguments[1]);
}

std::string node_name(std::string_view map, std::string_view set, const std::string& value) {
  const std::string pair = key_and_value(value);
  return std::string(pair.empty() ? set : map) + "<" + (pair.empty() ? value : pair) + "> node";
}

std::string_view without_pointer(std::string_view type) {
  if (type.ends_with('*')) type.remove_suffix(1);
  return type;
}

/// The container whose nodes a member of libstdc++'s tree or hash table makes, as a program spells it; "" for all other
/// functions, and for members that multimaps and maps have both.
std::string container_of(std::string_view scope, std::string_view function) {
  const TemplateParts parts = template_parts(scope);
  const bool is_tree = parts.name == "_Rb_tree";
  const bool is_hash = parts.name == "_Hashtable" || parts.name == "_Map_base";
  if ((!is_tree && !is_hash) || parts.arguments.size() < (is_tree ? 5 : 10)) return "";
  // _Rb_tree<Key, Value, KeyOfValue, Compare, Allocator>
  // _Hashtable<Key, Value, Allocator, ExtractKey, Equal, Hash, RangeHash, Unused, RehashPolicy, Traits>
  bool is_multi = is_tree && function.find("_equal") != std::string_view::npos;
  if (is_tree && !is_multi && function.find("_unique") == std::string_view::npos) return "";
  if (is_hash) {
    const TemplateParts traits = template_parts(parts.arguments[9]);
    is_multi = !traits.arguments.empty() && traits.arguments.back() == "false";
  }
  const std::string held = key_and_value(usual_spelling(parts.arguments[1]));
  const auto argument = [&](std::size_t i) { return ", " + std::string(parts.arguments[i]); };
  std::string name = is_hash ? "std::unordered_" : "std::";
  name.append(is_multi ? "multi" : "").append(held.empty() ? "set<" : "map<");
  name += held.empty() ? std::string(parts.arguments[0]) : held;
  name += is_tree ? argument(3) + argument(4) : argument(5) + argument(4) + argument(2);
  return usual_spelling(name + ">");
}

}  // namespace

HeldType held_type(std::string_view allocated) {
  const std::string type = usual_spelling(allocated);
  if (type == "std::__detail::_Hash_node_base*" || type.starts_with("std::__hash_node_base<")) {
    return {"hash table buckets", ""};
  }
  const TemplateParts parts = template_parts(type);
  const auto* const known = std::find_if(kInternals.begin(), kInternals.end(),
                                         [&](const Internal& internal) { return internal.name == parts.name; });
  if (known == kInternals.end() || parts.arguments.empty()) return {type, ""};
  const std::string value(parts.arguments[0]);
  switch (known->holder) {
    case Holder::kTree:
      return {node_name("std::map", "std::set", value), value};
    case Holder::kHash:
      return {node_name("std::unordered_map", "std::unordered_set", value), value};
    case Holder::kList:
      return {"std::list<" + value + "> node", ""};
    case Holder::kForwardList:
      return {"std::forward_list<" + value + "> node", ""};
    case Holder::kShared:
      return {value, ""};
    case Holder::kRustTree: {
      const std::string rest = parts.arguments.size() > 1 ? ", " + std::string(parts.arguments[1]) : "";
      return {"BTreeMap<" + value + rest + "> node", ""};
    }
    case Holder::kRustTable: {
      const bool is_pair = value.starts_with('(') && value.ends_with(')');
      constexpr std::string_view kSet = ", ())";
      if (value.starts_with('(') && value.ends_with(kSet)) {
        return {"HashSet<" + value.substr(1, value.size() - 1 - kSet.size()) + "> table", ""};
      }
      return {"HashMap<" + (is_pair ? value.substr(1, value.size() - 2) : value) + "> table", ""};
    }
    case Holder::kControl:
      return {"std::shared_ptr<" + std::string(without_pointer(value)) + "> control block", ""};
  }
  return {type, ""};
}

std::string node_of_member(std::string_view function, std::string_view value) {
  static constexpr std::array<std::string_view, 8> kContainers = {
      "map",           "set",           "multimap",           "multiset",
      "unordered_map", "unordered_set", "unordered_multimap", "unordered_multiset"};
  const std::vector<std::string_view> scopes = scope_parts(function);
  if (scopes.size() < 3 || scopes[0] != "std") return "";
  for (std::size_t i = 1; i + 1 < scopes.size(); ++i) {
    const TemplateParts parts = template_parts(scopes[i]);
    std::string container = container_of(scopes[i], template_parts(scopes.back()).name);
    if (std::find(kContainers.begin(), kContainers.end(), parts.name) != kContainers.end()) {
      container = usual_spelling("std::" + std::string(scopes[i]));
    }
    const TemplateParts known = template_parts(container);
    if (known.arguments.empty()) continue;
    const std::string pair = key_and_value(value);
    const bool is_map = known.name.ends_with("map");
    std::string held(known.arguments[0]);
    if (is_map && known.arguments.size() > 1) held.append(", ").append(known.arguments[1]);
    return held == (is_map ? pair : std::string(value)) ? container + " node" : "";
  }
  return "";
}

}  // namespace memline::symbols
