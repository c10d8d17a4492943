/// \file Shorter C++ names for display: template arguments hidden. Pure.
#pragma once

#include <string>
#include <string_view>

namespace memline::symbols {

/// "std::vector<int, std::allocator<int> >::push_back" -> "std::vector<...>::push_back", and the spelled-out
/// std::basic_string types become "std::string" and the like. Operators (operator<<, operator->) and closures
/// ("<lambda(int)>") keep their angle brackets. A name whose brackets do not match is returned as it is.
std::string shorten_templates(std::string_view name);

}  // namespace memline::symbols
