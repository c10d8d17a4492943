/// \file Symbol names as linkers know them, and as people do. Pure functions.
#pragma once

#include <string>
#include <string_view>

namespace memline::symbols {

/// Demangles C++ (Itanium) and Rust's names, both the legacy ones and v0; hashes are dropped. "" if it is not such a name.
std::string demangle(std::string_view symbol);

/// clang writes code for the await expressions of a coroutine f into f.__await_suspend_wrapper__init, __await and __final.
inline constexpr std::string_view kAwaitWrapper = ".__await_suspend_wrapper__";

/// Cuts what compilers add to the symbols of parts and copies of one function: .cold, .part.0, .isra.0, .constprop.0,
/// .lto_priv.0, .llvm.123, .specialized.1, coroutine parts (.actor, .destroy, .resume, .cleanup, kAwaitWrapper), and
/// symbol versions (@@V).
std::string_view strip_clone_suffix(std::string_view symbol);

/// The function that an outlined OpenMP body's symbol names ("main._omp_fn.0", "main.omp_outlined"): "main".
/// For clang's nameless ".omp_outlined." it is "". `is_openmp_body` tells the two from all other symbols.
std::string_view openmp_parent(std::string_view symbol);
bool is_openmp_body(std::string_view symbol);

/// "int ns::f<int>(long) const" -> "ns::f<int>": without return type, parameters and qualifiers.
std::string_view qualified_part(std::string_view signature);

/// "ns::A<b::c>::push_back<int>" -> "push_back": the last component, without template arguments.
std::string_view plain_part(std::string_view qualified);

/// Where the last component begins: 10 in "ns::A<b>::f<c::d>".
std::size_t last_component(std::string_view qualified);

/// Whether a component names a closure: "<lambda(int)>", "{lambda()#1}", "$_0", "{closure#0}", "'lambda'(int)"; or gcc's
/// destructor of one, "~<lambda>".
bool is_lambda_component(std::string_view component);

/// What a closure of Rust is written in: "a::f" of "a::f::{closure#0}::{closure#1}<b::g::{closure#0}>". "" if it is none.
std::string_view closure_parent(std::string_view qualified);

/// Whether the mangled C++ name of a local thing ("_ZZ1fvENK3$_0clEv") says that it is written in `function` ("_Z1fv").
bool is_local_to(std::string_view local, std::string_view function);

}  // namespace memline::symbols
