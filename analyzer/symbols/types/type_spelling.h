/// \file usual_spelling(): the name of a C++ type as people write it, the same from every compiler. Pure functions.
///
///     gcc      vector<long unsigned int, std::allocator<long unsigned int> >
///     clang    vector<unsigned long, std::allocator<unsigned long> >
///     here     vector<unsigned long>
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace memline::symbols {

/// Names of base types, the place of const, blanks, inline namespaces of the standard library and its default template
/// arguments are made the same; std::basic_string<char> becomes std::string. What cannot be understood stays as it is.
std::string usual_spelling(std::string_view type);

/// Whether a type in its usual spelling is a number, a character or a pointer: it owns no memory and has no members.
bool is_scalar_name(std::string_view type);

/// The const version of a type in its usual spelling: "const int", "const int* const", "void (* const)(int)".
std::string const_type(std::string_view type);

/// "std::map<int, a::B>" -> "std::map" with {"int", "a::B"}; without arguments where there are none at the end.
struct TemplateParts {
  std::string_view name;
  std::vector<std::string_view> arguments;
};
TemplateParts template_parts(std::string_view type);

/// "a::b<c::d>::e" -> {"a", "b<c::d>", "e"}.
std::vector<std::string_view> scope_parts(std::string_view qualified);

}  // namespace memline::symbols
