// What --func takes for a function: the spellings of tools and of people.
#include "symbols/name_match.h"

#include "support/catch.h"
#include "symbols/plain_scopes.h"

namespace memline::symbols {
namespace {

Function function(std::string qualified, std::string signature = "") {
  Function made;
  made.qualified = std::move(qualified);
  made.name = made.qualified.substr(made.qualified.rfind(':') + 1);
  made.signature = signature.empty() ? made.qualified : std::move(signature);
  if (made.signature != made.qualified) made.linkage_name = "_Zsomething";
  return made;
}

bool matches(const char* pattern, const Function& function) {
  const NameMatcher matcher(pattern);
  return matcher.may_match(function.name) && matcher.matches(function);
}

TEST_CASE("a signature matches with and without its qualifiers and its return type") {
  const Function size = function("ns::Box::size", "ns::Box::size(double) const");
  for (const char* pattern : {"size", "Box::size", "ns::Box::size", "ns::Box::size(double)", "Box::size(double)",
                              "Box::size(double) const", "ns::Box::size( double ) const", "*Box::*(double)*"}) {
    INFO(pattern);
    CHECK(matches(pattern, size));
  }
  for (const char* pattern :
       {"size(double)", "Box::size(int)", "ox::size(double)", "Box::size()", "size(double) const"}) {
    INFO(pattern);
    CHECK_FALSE(matches(pattern, size));
  }
  Function run = function("run<int>", "void run<int>(int) &");
  run.name = "run";
  CHECK(matches("run<int>(int)", run));
  CHECK(matches("void run<int>(int)", run));
  CHECK(matches("void run<int>(int) &", run));
}

TEST_CASE("an empty parameter list is not looked at where the names have none") {
  const Function in_c = function("api_call");
  for (const char* pattern : {"api_call", "api_call()", "api_call( )", "api_call(void)", "api_*()", "api_?all(void)"}) {
    INFO(pattern);
    CHECK(matches(pattern, in_c));
  }
  for (const char* pattern : {"api_call(int)", "all()", "api_cal()", "api_call()()", "()", "operator()"}) {
    INFO(pattern);
    CHECK_FALSE(matches(pattern, in_c));
  }
  // Overloads in C++ are told apart by it.
  CHECK(matches("api_call()", function("api_call", "api_call()")));
  CHECK_FALSE(matches("api_call()", function("api_call", "api_call(int)")));
  Function call = function("Callable::operator()");
  call.name = "operator()";
  CHECK(matches("operator()", call));
  CHECK(matches("Callable::operator()", call));
}

TEST_CASE("a closure without a symbol is found by every tool's spelling of it") {
  Function closure = function("main::<lambda>::operator()");
  closure.name = "operator()";
  for (const char* pattern :
       {"main::<lambda>::operator()", "main::{lambda(int)#1}::operator()",
        "main::{lambda(int)#1}::operator()(int) const", "main::$_0::operator()", "main::'lambda'(int)::operator()",
        "main()::<lambda(int)>::operator()", "main(int, char**)::{lambda(int)#2}::operator()"}) {
    INFO(pattern);
    CHECK(matches(pattern, closure));
  }
  CHECK_FALSE(matches("other::{lambda(int)#1}::operator()", closure));
  CHECK_FALSE(matches("main::operator()", closure));
  // With its demangled name known, the number tells the first from the second.
  Function first = function("main::<lambda>::operator()", "main::{lambda(int)#1}::operator()(int) const");
  first.name = "operator()";
  CHECK(matches("main::{lambda(int)#1}::operator()", first));
  CHECK(matches("main::{lambda(int)#1}::operator()(int)", first));
  CHECK_FALSE(matches("main::{lambda(int)#2}::operator()", first));
  // clang numbers them too, in a way that only its own spelling can name.
  Function clangs = function("main::<lambda>::operator()", "main::$_1::operator()(int) const");
  clangs.name = "operator()";
  CHECK(matches("main::{lambda(int)#1}::operator()", clangs));
  CHECK(matches("main::$_1::operator()", clangs));
  CHECK_FALSE(matches("main::$_0::operator()", clangs));
}

TEST_CASE("scopes are brought to one spelling") {
  CHECK(plain_scopes("a::b<c(int)>::d") == "a::b<c(int)>::d");
  CHECK(plain_scopes("A::f(int, B<c>) const::{lambda(auto:1)#2}::operator()") == "A::f::<lambda>::operator()");
  CHECK(plain_scopes("(anonymous namespace)::f()::$_0::operator()") ==
        "(anonymous namespace)::f::<lambda>::operator()");
  CHECK(plain_scopes("A::operator<<(int)::<lambda(int)>::operator()") == "A::operator<<::<lambda>::operator()");
  CHECK(plain_scopes("A::operator()(int)::'lambda1'(int)::operator()") == "A::operator()::<lambda>::operator()");
  CHECK(plain_scopes("f({lambda(int").size() > 0);  // unbalanced: whatever, but not a crash
  CHECK(names_closure("f::{closure#0}"));
  CHECK_FALSE(names_closure("std::vector<int>::push_back"));
}

}  // namespace
}  // namespace memline::symbols
