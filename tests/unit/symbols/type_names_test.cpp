// The pure functions on names of types and of functions that allocate.
#include <string>

#include "support/catch.h"
#include "symbols/types/allocating_function.h"
#include "symbols/types/held_type.h"
#include "symbols/types/type_spelling.h"

namespace memline::symbols {

TEST_CASE("gcc, clang and the demangler spell types in their own ways") {
  for (const char* spelling : {"std::vector<long unsigned int, std::allocator<long unsigned int> >",
                               "std::vector<unsigned long, std::allocator<unsigned long> >",
                               "std::vector<unsigned long, std::allocator<unsigned long>>",
                               "class std::__1::vector<unsigned long, std::__1::allocator<unsigned long> >"}) {
    CHECK(usual_spelling(spelling) == "std::vector<unsigned long>");
  }
  CHECK(usual_spelling("char const*") == "const char*");
  CHECK(usual_spelling("const char *") == "const char*");
  CHECK(usual_spelling("char const* const") == "const char* const");
  CHECK(usual_spelling("Foo *const *") == "Foo* const*");
  CHECK(usual_spelling("std::array<int, 3ul>") == "std::array<int, 3>");
  CHECK(usual_spelling("std::array<int, 3UL>[4]") == "std::array<int, 3>[4]");
  CHECK(usual_spelling("Foo []") == "Foo[]");
  CHECK(usual_spelling("struct point") == "point");
  CHECK(usual_spelling("(anonymous namespace)::Foo<short int>") == "(anonymous namespace)::Foo<short>");
  CHECK(usual_spelling("main::{lambda(int)#1}") == "main::{lambda(int)#1}");
}

TEST_CASE("default arguments of the standard library's containers are left out, all others stay") {
  CHECK(usual_spelling("std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> >") ==
        "std::string");
  CHECK(usual_spelling("std::map<int, a::B, std::less<int>, std::allocator<std::pair<int const, a::B> > >") ==
        "std::map<int, a::B>");
  CHECK(usual_spelling("std::map<int, a::B, std::greater<int>, std::allocator<std::pair<int const, a::B> > >") ==
        "std::map<int, a::B, std::greater<int>>");
  CHECK(usual_spelling("std::unordered_set<int, std::hash<int>, std::equal_to<int>, std::allocator<int> >") ==
        "std::unordered_set<int>");
  CHECK(usual_spelling(
            "nlohmann::json_abi_v3_11_2::basic_json<std::map, std::vector, std::__cxx11::basic_string<char>, bool, "
            "long, unsigned long, double, std::allocator, nlohmann::json_abi_v3_11_2::adl_serializer, "
            "std::vector<unsigned char, std::allocator<unsigned char> > >*") == "nlohmann::json*");
  // The key is const, not what it points to.
  CHECK(usual_spelling("std::map<Foo const*, int, std::less<Foo const*>, std::allocator<std::pair<Foo const* const, "
                       "int> > >") == "std::map<const Foo*, int>");
  CHECK(usual_spelling("std::map<const Foo *, int, std::less<const Foo *>, std::allocator<std::pair<const Foo *const, "
                       "int>>>") == "std::map<const Foo*, int>");
  CHECK(usual_spelling("std::unordered_map<char*, B, std::hash<char*>, std::equal_to<char*>, "
                       "std::allocator<std::pair<char* const, B> > >") == "std::unordered_map<char*, B>");
  for (const char* pointer : {"void (* const)(int)", "void (*const)(int)"}) {
    CHECK(usual_spelling("std::map<void (*)(int), int, std::less<void (*)(int)>, std::allocator<std::pair<" +
                         std::string(pointer) + ", int> > >") == "std::map<void (*)(int), int>");
  }
  CHECK(usual_spelling("std::set<Foo const*, std::less<Foo const*>, std::allocator<Foo const*> >") ==
        "std::set<const Foo*>");
  // A value that could be a default of something else.
  CHECK(usual_spelling("std::map<int, std::less<int>, std::less<int>, std::allocator<std::pair<int const, "
                       "std::less<int> > > >") == "std::map<int, std::less<int>>");
  CHECK(usual_spelling("std::span<const int, 18446744073709551615UL>") == "std::span<const int>");
  CHECK(usual_spelling("std::stack<int, std::deque<int, std::allocator<int> > >") == "std::stack<int>");
  CHECK(usual_spelling("std::map<int, std::deque<int> >") == "std::map<int, std::deque<int>>");
  CHECK(usual_spelling("std::pair<int, std::less<int> >") == "std::pair<int, std::less<int>>");
  CHECK(usual_spelling("mine::vector<int, std::allocator<int> >") == "mine::vector<int, std::allocator<int>>");
}

TEST_CASE("what is no name of a type does no harm") {
  for (const char* text :
       {"", ">", "<", "a<", "a>", "::", "a::", "const", "const ", "*", "[]", "a<b", "()", "int (*)(a<b>)"}) {
    INFO(text);
    usual_spelling(text);
    held_type(text);
    allocating_function(text);
    node_of_member(text, "int");
  }
  CHECK(usual_spelling("void (*)(int)") == "void (*)(int)");
  // gcc and clang set blanks as they like.
  CHECK(usual_spelling("std::function<void ()>") == "std::function<void()>");
  CHECK(usual_spelling("std::function<char const*(long int, A<b> )>") == "std::function<const char*(long, A<b>)>");
  CHECK(usual_spelling("void (*const)(long unsigned int)") == "void (* const)(unsigned long)");
  CHECK(usual_spelling("(lambda at a.cpp:3:4)") == "(lambda at a.cpp:3:4)");
  CHECK(usual_spelling("a::(anonymous class)") == "a::(anonymous class)");
  std::string deep = "int";
  for (int i = 0; i < 4000; ++i) deep = "a<" + deep + ">";
  CHECK_FALSE(usual_spelling(deep).empty());
}

TEST_CASE("nodes are named as what they hold") {
  CHECK(held_type("std::_Rb_tree_node<std::pair<int const, Foo> >").kind == "std::map<int, Foo> node");
  CHECK(held_type("std::_Rb_tree_node<std::pair<const int, Foo> >").kind == "std::map<int, Foo> node");
  CHECK(held_type("std::_Rb_tree_node<std::pair<Foo* const, int> >").kind == "std::map<Foo*, int> node");
  CHECK(held_type("std::_Rb_tree_node<std::pair<Foo const* const, int> >").kind == "std::map<const Foo*, int> node");
  CHECK(held_type("std::_Rb_tree_node<std::pair<void (* const)(int), int> >").kind ==
        "std::map<void (*)(int), int> node");
  CHECK(held_type("std::_Rb_tree_node<std::pair<Foo const*, int> >").kind ==
        "std::set<std::pair<const Foo*, int>> node");
  CHECK(held_type("std::_Rb_tree_node<std::pair<int, Foo> >").kind == "std::set<std::pair<int, Foo>> node");
  CHECK(held_type("std::__detail::_Hash_node<int, false>").kind == "std::unordered_set<int> node");
  CHECK(held_type("std::_List_node<Foo>").kind == "std::list<Foo> node");
  CHECK(held_type("std::_Sp_counted_ptr_inplace<Foo, std::allocator<void>, (__gnu_cxx::_Lock_policy)2>").kind == "Foo");
  CHECK(held_type("std::_Sp_counted_ptr<Foo*, (__gnu_cxx::_Lock_policy)2>").kind ==
        "std::shared_ptr<Foo> control block");
  CHECK(held_type("alloc::sync::ArcInner<app::Pod>").kind == "app::Pod");
  CHECK(held_type("hashbrown::raw::RawTable<(u32, app::Pod)>").kind == "HashMap<u32, app::Pod> table");
  CHECK(held_type("hashbrown::raw::RawTable<(u32, ())>").kind == "HashSet<u32> table");
  CHECK(held_type("alloc::collections::btree::node::LeafNode<u64, app::Pod>").kind == "BTreeMap<u64, app::Pod> node");
  CHECK(held_type("std::__1::__tree_node<std::__1::__value_type<int, Foo>, void*>").kind == "std::map<int, Foo> node");
  CHECK(held_type("std::__1::__hash_node<Foo, void*>").kind == "std::unordered_set<Foo> node");
  CHECK(held_type("std::__1::__shared_ptr_emplace<Foo, std::__1::allocator<Foo> >").kind == "Foo");
}

TEST_CASE("a member of the container tells a multimap's node from a map's") {
  const std::string value = held_type("std::_Rb_tree_node<std::pair<int const, Foo> >").value;
  CHECK(node_of_member("std::multimap<int, Foo, std::less<int>, std::allocator<std::pair<int const, Foo> > >::insert",
                       value) == "std::multimap<int, Foo> node");
  CHECK(node_of_member("std::map<int, Foo, std::greater<int> >::operator[]", value) ==
        "std::map<int, Foo, std::greater<int>> node");
  // Another map, of which this is only an element's.
  CHECK(node_of_member("std::map<int, std::map<int, Foo> >::operator[]", value).empty());
  CHECK(node_of_member("mine::map<int, Foo>::insert", value).empty());
}

TEST_CASE("a member of the tree or the hash table tells it where the container's own was optimized away") {
  const std::string tree =
      "std::_Rb_tree<Key, std::pair<Key const, Foo>, std::_Select1st<std::pair<Key const, Foo> >, std::greater<Key>, "
      "std::allocator<std::pair<Key const, Foo> > >";
  const std::string value = "std::pair<const Key, Foo>";
  CHECK(node_of_member(tree + "::_M_emplace_unique<Key>", value) == "std::map<Key, Foo, std::greater<Key>> node");
  CHECK(node_of_member(tree + "::_M_insert_equal<Key>", value) == "std::multimap<Key, Foo, std::greater<Key>> node");
  CHECK(node_of_member(tree + "::_M_create_node<Key>", value).empty());  // both have it
  const auto table = [](const std::string& traits) {
    return "std::_Hashtable<int, int, std::allocator<int>, std::__detail::_Identity, std::equal_to<int>, MyHash, "
           "std::__detail::_Mod_range_hashing, std::__detail::_Default_ranged_hash, "
           "std::__detail::_Prime_rehash_policy, std::__detail::_Hashtable_traits<" +
           traits + "> >::_M_insert";
  };
  CHECK(node_of_member(table("false, true, true"), "int") == "std::unordered_set<int, MyHash> node");
  CHECK(node_of_member(table("false, true, false"), "int") == "std::unordered_multiset<int, MyHash> node");
}

TEST_CASE("functions that allocate name what they allocate") {
  using Role = AllocatingFunction::Role;
  const auto is = [](const char* function, Role role, const char* type) {
    const AllocatingFunction found = allocating_function(function);
    INFO(function << ": " << found.type);
    return found.role == role && found.type == type;
  };
  CHECK(is("operator new", Role::kPasses, ""));
  CHECK(is("operator new[]", Role::kPasses, ""));
  CHECK(is("xmalloc", Role::kPasses, ""));
  CHECK(is("main", Role::kOther, ""));
  CHECK(is("std::__new_allocator<a::Foo>::allocate", Role::kAllocator, "a::Foo"));
  CHECK(is("std::allocator_traits<std::allocator<a::Foo> >::allocate", Role::kAllocator, "a::Foo"));
  CHECK(is("std::__1::allocator_traits<std::__1::allocator<a::Foo> >::allocate", Role::kAllocator, "a::Foo"));
  CHECK(is("std::pmr::polymorphic_allocator<a::Foo>::allocate", Role::kAllocator, "a::Foo"));
  CHECK(is("__gnu_cxx::new_allocator<a::Foo>::allocate", Role::kAllocator, "a::Foo"));
  CHECK(is("std::_Vector_base<a::Foo, std::allocator<a::Foo> >::_M_allocate", Role::kAllocator, "a::Foo"));
  CHECK(is("std::_Rb_tree<int, std::pair<int const, Foo>, std::_Select1st<std::pair<int const, Foo> > >::_M_get_node",
           Role::kAllocator, "std::_Rb_tree_node<std::pair<int const, Foo>>"));
  CHECK(is("std::make_unique<a::Foo, int&>", Role::kMakes, "a::Foo"));
  CHECK(is("std::_Function_base::_Base_manager<a::Foo>::_M_create<a::Foo>", Role::kMakes, "a::Foo"));
  CHECK(is("std::any::_Manager_external<a::Foo>::_S_create<a::Foo>", Role::kMakes, "a::Foo"));
  CHECK(is("std::vector<bool, std::allocator<bool> >::_M_fill_insert", Role::kContainer, "unsigned long"));
  CHECK(is("std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> >::_M_mutate",
           Role::kContainer, "char"));
  CHECK(is("strdup", Role::kMakes, "char"));
  CHECK(is("alloc::alloc::{impl#1}::allocate", Role::kPasses, ""));
  CHECK(is("alloc::boxed::{impl#0}::new<app::Pod>", Role::kMakes, "app::Pod"));
  CHECK(is("alloc::raw_vec::{impl#2}::grow_one<alloc::alloc::Global>", Role::kPasses, ""));
  CHECK(is("alloc::raw_vec::{impl#1}::grow_one<app::Pod, alloc::alloc::Global>", Role::kContainer, "app::Pod"));
  // As symbols say it, where there is no debug information: those of the standard library, most of all.
  CHECK(is("<alloc::raw_vec::RawVecInner>::finish_grow", Role::kPasses, ""));
  CHECK(
      is("<alloc::raw_vec::RawVecInner<_>>::reserve::do_reserve_and_handle<alloc::alloc::Global>", Role::kPasses, ""));
  CHECK(is("<alloc::raw_vec::RawVec<app::Pod>>::grow_one", Role::kPasses, ""));
  CHECK(is("<alloc::boxed::Box<app::Pod> as core::clone::Clone>::clone", Role::kPasses, ""));
  CHECK(is("alloc::vec::Vec<u8, alloc::alloc::Global>::append_elements<u8, alloc::alloc::Global>", Role::kContainer,
           "u8"));
  CHECK(is("alloc::string::String::reserve", Role::kContainer, "u8"));
  CHECK(is("<alloc::vec::Vec<app::Pod>>::push", Role::kContainer, "app::Pod"));
  CHECK(is("alloc::vec::in_place_collect::from_iter<app::Pod>", Role::kOther, ""));
  CHECK(is("<app::Pod as app::Make<(char, app::Other)>>::make", Role::kOther, ""));
  // It calls a constructor, and that one's allocations are its own.
  CHECK(is("std::allocator_traits<std::allocator<a::Foo> >::construct<a::Foo>", Role::kOther, ""));
  CHECK(is("std::pmr::monotonic_buffer_resource::do_allocate", Role::kOther, ""));
}

TEST_CASE("arguments of allocators that the standard library does not know tell nothing for certain") {
  using Role = AllocatingFunction::Role;
  for (const char* function :
       {"BumpAllocator<4096>::allocate", "MyAllocator<Policy, a::Foo>::allocate", "my::allocator<a::Foo>::allocate",
        "Arena::allocate", "(anonymous namespace)::OwnAllocator<a::Foo>::allocate_at_least"}) {
    INFO(function);
    CHECK(allocating_function(function).role == Role::kOwnAllocator);
    CHECK(allocating_function(function).type.empty());
  }
  CHECK(allocating_function("std::allocator_traits<MyAllocator<Policy, a::Foo> >::allocate").role == Role::kPasses);
  // It fetches a chunk, of which others get a part.
  CHECK(allocating_function("std::pmr::polymorphic_allocator<a::Foo>::allocate").type == "a::Foo");
  CHECK(allocating_function("std::pmr::memory_resource::allocate").role == Role::kPasses);
  CHECK(allocating_function("game::Arena::do_allocate").role == Role::kOther);
  // The containers tell all the same.
  CHECK(allocating_function("std::_Vector_base<a::Foo, MyAllocator<Policy, a::Foo> >::_M_allocate").type == "a::Foo");
  CHECK(allocating_function("std::__detail::_Hashtable_alloc<MyAllocator<Policy, std::__detail::_Hash_node<int, false> "
                            "> >::_M_allocate_node")
            .type == "std::__detail::_Hash_node<int, false>");
}

TEST_CASE("without debug information a vector's member tells its type only if its elements own no memory") {
  using Role = AllocatingFunction::Role;
  const auto role = [](const char* function) { return allocating_function(function).role; };
  CHECK(role("std::vector<int, std::allocator<int> >::_M_realloc_insert<int const&>") == Role::kContainer);
  CHECK(role("std::vector<Foo*, std::allocator<Foo*> >::_M_default_append") == Role::kContainer);
  CHECK(role("std::vector<Foo, std::allocator<Foo> >::_M_realloc_insert<Foo const&>") == Role::kOther);
  CHECK(role("std::vector<std::__cxx11::basic_string<char> >::reserve") == Role::kOther);
}

}  // namespace memline::symbols
