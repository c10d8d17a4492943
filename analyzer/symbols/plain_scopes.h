/// \file plain_scopes(): a qualified name with all its scopes as they are written in no tool's own way. Pure.
#pragma once

#include <string>
#include <string_view>

namespace memline::symbols {

/// The debug information says "f::<lambda>::operator()" where demanglers say "f(int)::{lambda(long)#1}::operator()" or
/// "f(int)::$_0::operator()": every closure becomes "<lambda>", and scopes lose their parameters and qualifiers.
/// Template arguments and "(anonymous namespace)" stay. `qualified` is without return type and own parameters.
std::string plain_scopes(std::string_view qualified);

/// Whether one of the scopes is a closure.
bool names_closure(std::string_view qualified);

}  // namespace memline::symbols
