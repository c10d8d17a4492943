/// \file What a type that the standard library allocates stands for: nodes are named as what they hold. Pure functions.
///
/// Names of internals are those of libstdc++ (stl_tree.h, stl_list.h, forward_list.h, hashtable_policy.h,
/// shared_ptr_base.h), libc++ (__tree, list, forward_list, __hash_table, __memory/shared_ptr.h), and Rust's alloc and hashbrown.
#pragma once

#include <string>
#include <string_view>

namespace memline::symbols {

/// An allocated type, as people know it.
struct HeldType {
  std::string kind;   ///< "int", "std::map<int, Foo> node"
  std::string value;  ///< of a node of an associative container: what it holds; else ""
};
/// `allocated` in whatever spelling.
HeldType held_type(std::string_view allocated);

/// The node of the container whose member `function` (a qualified name) is, if such a container's nodes hold `value`:
/// a node alone does not tell a map from a multimap. "" if it is no such member.
std::string node_of_member(std::string_view function, std::string_view value);

}  // namespace memline::symbols
