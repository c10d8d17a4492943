// The pure functions on names: demangling, shortening, matching.
#include <string>

#include "support/catch.h"
#include "symbols/brackets.h"
#include "symbols/demangle.h"
#include "symbols/function_copy.h"
#include "symbols/name_match.h"
#include "symbols/template_names.h"

namespace memline::symbols {

TEST_CASE("a bracket closes the one that it belongs to") {
  // What stands between the first angle bracket and its partner.
  const auto arguments = [](std::string_view text, std::size_t open) {
    const std::size_t close = Brackets(text).partner(open);
    return close == Brackets::kNone ? "none" : std::string(text.substr(open + 1, close - open - 1));
  };
  const auto first = [&](std::string_view text) { return arguments(text, text.find('<')); };
  CHECK(first("A<B<c>, d>::e") == "B<c>, d");
  CHECK(first("A<(Bar)1>::f") == "(Bar)1");
  CHECK(first("A<(sizeof(int)>2)>") == "(sizeof(int)>2)");
  CHECK(first("A<(1 < 2), (3 << 4)>") == "(1 < 2), (3 << 4)");
  CHECK(first("A<(B<c>)1>") == "(B<c>)1");
  CHECK(first("A<&B::operator> >::f") == "&B::operator> ");
  CHECK(first("A<&B::operator-> >::f") == "&B::operator-> ");
  CHECK(first("A<&B::operator<< >::f") == "&B::operator<< ");
  CHECK(first("A<'<'>") == "'<'");
  CHECK(first("A<'>', '\\'', '\\\\', '\\076'>") == "'>', '\\'', '\\\\', '\\076'");
  CHECK(first("A<'lambda'(int)>") == "'lambda'(int)");
  CHECK(first("A<&'a str, 'b>") == "&'a str, 'b");
  CHECK(first("<lambda(std::vector<int>)>::operator()") == "lambda(std::vector<int>)");
  CHECK(first("A<int (*)(B) -> c>") == "int (*)(B) -> c");
  CHECK(first("A<(lambda at a.cpp:3:4)>") == "(lambda at a.cpp:3:4)");
  CHECK(first("A<int") == "none");
  CHECK(first("A<(int>") == "none");
  // Operators, as gcc and clang write them.
  CHECK(arguments("operator< <int>", 10) == "int");
  CHECK(arguments("operator<<int>", 9) == "int");
  CHECK(arguments("operator<<<int>", 10) == "int");
  CHECK(arguments("operator-><int>", 10) == "int");
  CHECK(arguments("operator><int>", 9) == "int");
  CHECK(arguments("my_operator<int>", 11) == "int");
  CHECK(first("operator<=>") == "none");
  // Whatever the text, reading goes on and comes to its end.
  for (const char* text : {"", "'", "'\\", "'\\'", "operator", "operator<", ")>]}", "([{<", "([)]", "<(>)"}) {
    INFO(text);
    const Brackets brackets(text);
    for (std::size_t i = 0; i < std::string_view(text).size(); ++i) CHECK(brackets.past(i) > i);
  }
  const std::string nested = std::string(1 << 16, '(') + std::string(1 << 16, '<') + std::string(1 << 16, ']');
  CHECK(Brackets(nested).partner(0) == Brackets::kNone);
}

TEST_CASE("the function's own name is found whatever stands around it") {
  CHECK(qualified_part("int ns::f<int>(long) const") == "ns::f<int>");
  CHECK(qualified_part("bool A::operator< <int>(int) const") == "A::operator< <int>");
  CHECK(qualified_part("std::vector<int> (anonymous namespace)::f(A<'('>)") == "(anonymous namespace)::f");
  CHECK(qualified_part("A::operator()(int, long) const::{lambda(int)#1}::operator()(int) const") ==
        "A::operator()(int, long) const::{lambda(int)#1}::operator()");
  CHECK(plain_part("A::operator<<(int)::<lambda(int)>::operator()") == "operator()");
  CHECK(plain_part("f::<lambda>::~<lambda>") == "~<lambda>");
  CHECK(plain_part("A::operator std::string") == "operator std::string");
  CHECK(plain_part("A<&B::operator< >::f<int>") == "f");
  CHECK(plain_part("A::operator<< <int>") == "operator<<");
  CHECK(plain_part("A::operator<<<int>") == "operator<<");
  CHECK(plain_part("A::operator-><int>") == "operator->");
  CHECK(plain_part("A::operator+<int>") == "operator+");
  CHECK(plain_part("operator new") == "operator new");
}

TEST_CASE("template arguments are hidden") {
  CHECK(shorten_templates("main") == "main");
  CHECK(shorten_templates("std::vector<int, std::allocator<int> >::push_back") == "std::vector<...>::push_back");
  CHECK(shorten_templates("std::map<int, std::vector<A<B>>>::at(int const&)") == "std::map<...>::at(int const&)");
  CHECK(shorten_templates("f<>") == "f<>");
  CHECK(shorten_templates("std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> >::append") ==
        "std::string::append");
  CHECK(shorten_templates("a::operator<<") == "a::operator<<");
  CHECK(shorten_templates("a::operator<< <int>(int)") == "a::operator<< <...>(int)");
  CHECK(shorten_templates("a::operator< <int>") == "a::operator< <...>");
  CHECK(shorten_templates("A<int>::operator->") == "A<...>::operator->");
  CHECK(shorten_templates("A<int>::operator<=>(A<int> const&) const") == "A<...>::operator<=>(A<...> const&) const");
  CHECK(shorten_templates("A<&B::operator> >::f") == "A<...>::f");
  CHECK(shorten_templates("f<(E)1, (2 > 1)>::g") == "f<...>::g");
  CHECK(shorten_templates("run(int)::<lambda(std::vector<int>)>::operator()") ==
        "run(int)::<lambda(std::vector<...>)>::operator()");
  CHECK(shorten_templates("(anonymous namespace)::f<int>") == "(anonymous namespace)::f<...>");
  CHECK(shorten_templates("broken<int") == "broken<int");
  CHECK(shorten_templates("my_operator<int>") == "my_operator<...>");
  CHECK(shorten_templates("").empty());
}

/// f(T) where T is a pair of pairs of ... of ints: each step refers to the one before twice.
std::string doubling_symbol(int steps) {
  static constexpr char kDigits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  std::string symbol = "_Z1fSt4pairIiiE";
  for (int i = 0; i < steps; ++i) {
    const std::string last = std::string("S") + kDigits[i] + "_";
    symbol += "S_I" + last + last + "E";
  }
  return symbol;
}

TEST_CASE("a symbol that stands for more text than anybody can use is not demangled") {
  const std::string small = demangle(doubling_symbol(4));  // 2 + 4 + ... + 32 ints
  CHECK(small.starts_with("f(std::pair<int, int>, std::pair<std::pair<int, int>, std::pair<int, int> >"));
  CHECK(demangle(doubling_symbol(16)).empty());  // a megabyte
  CHECK(demangle(doubling_symbol(34)).empty());  // a hundred gigabytes
}

TEST_CASE("symbols are demangled") {
  CHECK(demangle("_Z5smalli") == "small(int)");
  CHECK(demangle("_ZN1AC2Ei") == "A::A(int)");
  CHECK(demangle("_ZN1AC4Ei") == "A::A(int)");
  CHECK(demangle("main").empty());
  CHECK(demangle("_Z").empty());
  CHECK(demangle("_Znonsense").empty());
  CHECK(demangle("_ZN4core3ptr13drop_in_place17h0123456789abcdefE") == "core::ptr::drop_in_place");
  CHECK(demangle("_ZN63_$LT$alloc..vec..Vec$LT$T$GT$$u20$as$u20$core..clone..Clone$GT$5clone17h0123456789abcdefE") ==
        "<alloc::vec::Vec<T> as core::clone::Clone>::clone");
}

TEST_CASE("Rust's v0 symbols are demangled") {
  // Examples of the specification (RFC 2603) and their readings there.
  CHECK(demangle("_RNvCskwGfYPst2Cb_3foo16example_function") == "foo::example_function");
  CHECK(demangle("_RNvNtCs1234_7mycrate3foo3bar") == "mycrate::foo::bar");
  CHECK(demangle("_RNvMs_Cs4Cv8Wi1oAIB_7mycrateNtB4_7Example3foo") == "<mycrate::Example>::foo");
  CHECK(demangle("_RNCNvCs1234_7mycrate4main0B3_") == "mycrate::main::{closure#0}");
  CHECK(demangle("_R").empty());
  CHECK(demangle("_Rnonsense").empty());
  CHECK(plain_part(qualified_part(demangle("_RNvNtCs1234_7mycrate3foo3bar"))) == "bar");
  CHECK(demangle("_RINvMNtCs6GmmlP4bgsG_1r3fooNtB3_7Example3barmEB5_") == "<r::foo::Example>::bar<u32>");
  CHECK(plain_part(qualified_part("<r::foo::Example>::bar<u32>")) == "bar");
}

/// A reference to position `at` of a v0 symbol, without its prefix: a number in base 62.
std::string back_reference(std::size_t at) {
  constexpr std::string_view kDigits = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  if (at == 0) return "B_";
  std::string digits;
  std::size_t rest = at - 1;
  do {
    digits.insert(digits.begin(), kDigits[rest % 62]);
    rest /= 62;
  } while (rest > 0);
  return "B" + digits + "_";
}

TEST_CASE("a Rust symbol that stands for gigabytes is no name") {
  // Each type is a pair of the one before it.
  const auto pairs = [](int depth) {
    std::string symbol = "_RIC0TllE";
    std::size_t last = 3;
    for (int i = 0; i < depth; ++i) {
      const std::size_t here = symbol.size() - 2;
      symbol.append("T").append(back_reference(last)).append(back_reference(last)).append("E");
      last = here;
    }
    return symbol + "E";
  };
  CHECK(demangle(pairs(5)).size() > 200);
  CHECK(demangle(pairs(40)).empty());
}

TEST_CASE("what compilers add to symbols is cut") {
  CHECK(strip_clone_suffix("main") == "main");
  CHECK(strip_clone_suffix("f.cold") == "f");
  CHECK(strip_clone_suffix("_Z1fv.part.0.isra.0.cold") == "_Z1fv");
  CHECK(strip_clone_suffix("_Z1fv.constprop.12") == "_Z1fv");
  CHECK(strip_clone_suffix("f.lto_priv.0") == "f");
  CHECK(strip_clone_suffix("f.llvm.1234567890") == "f");
  CHECK(strip_clone_suffix("_ZN1AC2Ei.specialized.1") == "_ZN1AC2Ei");
  CHECK(strip_clone_suffix("_ZN4work5stepsEi.__await_suspend_wrapper__init") == "_ZN4work5stepsEi");
  CHECK(strip_clone_suffix("memcpy@@GLIBC_2.14") == "memcpy");
  CHECK(strip_clone_suffix("_ZN4work5stepsEPZNS_5stepsEiE22_ZN4work5stepsEi.Frame.actor.cold") == "_ZN4work5stepsEi");
  CHECK(strip_clone_suffix(".omp_outlined.") == ".omp_outlined.");
  CHECK(strip_clone_suffix("main._omp_fn.0") == "main._omp_fn.0");
  CHECK(strip_clone_suffix("scold") == "scold");
  CHECK(strip_clone_suffix("cold") == "cold");
  CHECK(is_openmp_body("main._omp_fn.0"));
  CHECK(is_openmp_body(".omp_outlined..3"));
  CHECK_FALSE(is_openmp_body("omp_get_num_threads"));
  CHECK(openmp_parent("main._omp_fn.0") == "main");
  CHECK(openmp_parent("_Z1fv.omp_outlined_debug__") == "_Z1fv");
  CHECK(openmp_parent(".omp_outlined.").empty());
}

TEST_CASE("a closure's name says what it is written in") {
  CHECK(closure_parent("a::main::{closure#0}") == "a::main");
  CHECK(closure_parent("a::main::{{closure}}::{{closure}}") == "a::main");
  CHECK(closure_parent("a::{impl#1}::each<b::f::{closure#0}>::{closure#0}<b::f::{closure#0}>") ==
        "a::{impl#1}::each<b::f::{closure#0}>");
  CHECK(closure_parent("a::each<b::f::{closure#0}>").empty());
  CHECK(is_local_to("_ZZN1a1fIiEEvT_ENK3$_0clEv", "_ZN1a1fIiEEvT_"));
  CHECK_FALSE(is_local_to("_ZZN1a1fIiEEvT_ENK3$_0clEv", "_ZN1a1fIlEEvT_"));
  CHECK_FALSE(is_local_to("_ZZ1fvENK3$_0clEv", "_Z1f"));
  CHECK_FALSE(is_local_to("_ZZ1fv", "_Z1fv"));
  CHECK_FALSE(is_local_to("_ZN1a1fEv", "_ZN1a1fEv"));
  CHECK_FALSE(is_local_to("_ZZ1fvE1x", ""));
}

TEST_CASE("symbols tell pieces and copies of a function apart") {
  using Variant = FunctionCopy::Variant;
  CHECK(copy_of("f") == FunctionCopy{});
  CHECK(copy_of("f.part.0") == FunctionCopy{1, Variant::kNone});
  CHECK(copy_of("_ZN1A1fEv.part.0.isra.0") == FunctionCopy{1, Variant::kNone});
  CHECK(copy_of("f.part.0.constprop.1.part.2") == FunctionCopy{2, Variant::kNone});
  CHECK(copy_of("f.cold") == FunctionCopy{});
  CHECK(copy_of("_ZN1AD0Ev") == FunctionCopy{0, Variant::kDeleting});
  CHECK(copy_of("_ZN1AD1Ev") == FunctionCopy{0, Variant::kComplete});
  CHECK(copy_of("_ZN1AIiED2Ev") == FunctionCopy{0, Variant::kBase});
  CHECK(copy_of("_ZN1AC1IiEET_") == FunctionCopy{0, Variant::kComplete});
  CHECK(copy_of("_ZNSt6vectorIiSaIiEEC2ERKS1_.part.0") == FunctionCopy{1, Variant::kBase});
  CHECK(copy_of("_ZN1AD4Ev") == FunctionCopy{});  // gcc's name for all of them
  // Not these: a class, a namespace and a function of such names, and a parameter's.
  CHECK(copy_of("_ZN2C1C2Ev") == FunctionCopy{0, Variant::kBase});
  CHECK(copy_of("_ZN2D02C11fEv") == FunctionCopy{});
  CHECK(copy_of("_ZN1A2D0Ev") == FunctionCopy{});
  CHECK(copy_of("_Z1f2C12D0") == FunctionCopy{});
  CHECK(copy_of("_ZN4core2D05f_argE17h0123456789abcdefE") == FunctionCopy{});
  CHECK(copy_of("") == FunctionCopy{});
  CHECK(copy_of("_Z") == FunctionCopy{});

  CHECK(is_same_call(copy_of("f"), copy_of("f.part.0")));
  CHECK_FALSE(is_same_call(copy_of("f.part.0"), copy_of("f")));
  CHECK_FALSE(is_same_call(copy_of("f.part.0"), copy_of("f.part.0")));
  CHECK_FALSE(is_same_call(copy_of("f"), copy_of("f")));
  CHECK(is_same_call(copy_of("_ZN1AD0Ev"), copy_of("_ZN1AD2Ev")));
  CHECK(is_same_call(copy_of("_ZN1AD0Ev"), copy_of("_ZN1AD4Ev")));  // inlined by gcc
  CHECK(is_same_call(copy_of("_ZN1AC1Ev"), copy_of("_ZN1AC2Ev")));
  CHECK_FALSE(is_same_call(copy_of("_ZN1AD1Ev"), copy_of("_ZN1AD0Ev")));  // delete next, in a list
  CHECK_FALSE(is_same_call(copy_of("_ZN1AD2Ev"), copy_of("_ZN1AD1Ev")));
  CHECK_FALSE(is_same_call(copy_of("_ZN1AD4Ev"), copy_of("_ZN1AD1Ev")));
}

TEST_CASE("names are taken apart") {
  CHECK(qualified_part("int ns::f<int>(long)") == "ns::f<int>");
  CHECK(qualified_part("ns::A<b::c (*)(int)>::g(int) const") == "ns::A<b::c (*)(int)>::g");
  CHECK(qualified_part("main") == "main");
  CHECK(qualified_part("run()::{lambda(int)#1}::operator()(int) const") == "run()::{lambda(int)#1}::operator()");
  CHECK(qualified_part("(anonymous namespace)::twin()") == "(anonymous namespace)::twin");
  CHECK(qualified_part("operator new(unsigned long)") == "operator new");
  CHECK(qualified_part("std::ostream& operator<< <int>(std::ostream&, int)") == "operator<< <int>");
  CHECK(qualified_part("A::operator std::vector<int>() const") == "A::operator std::vector<int>");
  CHECK(plain_part("ns::A<b::c>::push_back<int>") == "push_back");
  CHECK(plain_part("A::operator std::vector<int>") == "operator std::vector<int>");
  CHECK(plain_part("std::operator<< <int>") == "operator<<");
  CHECK(plain_part("A::operator->") == "operator->");
  CHECK(plain_part("f<&B::operator+>") == "f");
  CHECK(plain_part("main::<lambda>::operator()") == "operator()");
  CHECK(plain_part("").empty());
}

TEST_CASE("globs and distances") {
  CHECK(glob_match("*", ""));
  CHECK(glob_match("a*b*c", "a--b--b-c"));
  CHECK_FALSE(glob_match("a*b*c", "a--b--b-"));
  CHECK(glob_match("?", "x"));
  CHECK_FALSE(glob_match("?", ""));
  CHECK_FALSE(glob_match("", "x"));
  const std::string many(5000, 'a');
  CHECK_FALSE(glob_match("*a*a*a*a*a*a*b", many));
  CHECK(edit_distance("small", "small", 3) == 0);
  CHECK(edit_distance("small", "SMALL", 3) == 0);
  CHECK(edit_distance("small", "smlal", 3) == 1);
  CHECK(edit_distance("small", "smalls", 3) == 1);
  CHECK(edit_distance("small", "large", 3) == 4);
  CHECK(edit_distance("", "abc", 3) == 3);
  CHECK(without_template_arguments("ns::C<int>::f<long>") == "ns::C::f");
}

}  // namespace memline::symbols
