/// \file What the name of a function that stands between malloc and the program tells about the type that is allocated.
/// Pure: works with names of debug information and with demangled symbols alike.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace memline::symbols {

struct AllocatingFunction {
  enum class Role : std::uint8_t {
    kOther,
    kPasses,        ///< hands on what it got: operator new, xmalloc
    kAllocator,     ///< allocate() of a standard allocator, or of allocator_traits of one
    kOwnAllocator,  ///< allocate() of any other class: its template arguments may be anything, what it returns tells more
    kMakes,         ///< make_unique and its like
    kContainer,  ///< a member of a container that calls operator new itself, its allocator being inlined without a trace
  };
  Role role = Role::kOther;
  std::string type;  ///< what is allocated, as the name spells it; "" for kOther, kPasses and kOwnAllocator
};
/// `qualified`: "std::allocator_traits<std::allocator<Foo> >::allocate".
AllocatingFunction allocating_function(std::string_view qualified);

}  // namespace memline::symbols
