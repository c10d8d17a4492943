#include "symbols/types/type_spelling.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <tuple>
#include <utility>

#include "symbols/brackets.h"

namespace memline::symbols {
namespace {

/// Deeper and longer names exist only where somebody wants to keep us busy.
constexpr int kMaxDepth = 48;
constexpr std::size_t kMaxBytes = std::size_t{1} << 15;

using Names = std::vector<std::string>;

constexpr std::array<std::pair<std::string_view, std::string_view>, 12> kBaseTypes = {
    {{"long unsigned int", "unsigned long"},
     {"long int", "long"},
     {"long long int", "long long"},
     {"long long unsigned int", "unsigned long long"},
     {"short unsigned int", "unsigned short"},
     {"short int", "short"},
     {"unsigned", "unsigned int"},
     {"unsigned long int", "unsigned long"},
     {"unsigned long long int", "unsigned long long"},
     {"unsigned short int", "unsigned short"},
     {"std::nullptr_t", "decltype(nullptr)"},
     {"_Bool", "bool"}}};

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

/// Splits where `separator` stands outside of all brackets.
std::vector<std::string_view> split(std::string_view text, std::string_view separator) {
  const Brackets brackets(text);
  std::vector<std::string_view> parts;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < text.size();) {
    if (!text.substr(i).starts_with(separator)) {
      i = brackets.past(i);
      continue;
    }
    parts.push_back(trimmed(text.substr(begin, i - begin)));
    begin = i += separator.size();
  }
  parts.push_back(trimmed(text.substr(begin)));
  return parts;
}

/// "3ul" -> "3": compilers do not agree on suffixes.
std::string_view without_suffix(std::string_view argument) {
  const std::size_t digits = argument.find_first_not_of("0123456789", argument.starts_with('-') ? 1 : 0);
  const bool is_number = digits != 0 && digits != std::string_view::npos && argument != "-" &&
                         argument.find_first_not_of("uUlL", digits) == std::string_view::npos;
  return is_number ? argument.substr(0, digits) : argument;
}

/// A class template of the standard library, and how many arguments a program has to give it.
struct Defaulted {
  std::string_view name;
  std::size_t own_arguments;
  std::string_view container = {};  ///< that it is built on
};

const Defaulted* defaulted(std::string_view name) {
  static constexpr std::array kTemplates = {Defaulted{"vector", 1},
                                            Defaulted{"list", 1},
                                            Defaulted{"deque", 1},
                                            Defaulted{"forward_list", 1},
                                            Defaulted{"set", 1},
                                            Defaulted{"multiset", 1},
                                            Defaulted{"map", 2},
                                            Defaulted{"multimap", 2},
                                            Defaulted{"unique_ptr", 1},
                                            Defaulted{"unordered_set", 1},
                                            Defaulted{"unordered_multiset", 1},
                                            Defaulted{"unordered_map", 2},
                                            Defaulted{"unordered_multimap", 2},
                                            Defaulted{"basic_string", 1},
                                            Defaulted{"basic_string_view", 1},
                                            Defaulted{"stack", 1, "std::deque"},
                                            Defaulted{"queue", 1, "std::deque"},
                                            Defaulted{"span", 1},
                                            Defaulted{"priority_queue", 1, "std::vector"}};
  const auto* const found =
      std::find_if(kTemplates.begin(), kTemplates.end(), [&](const Defaulted& entry) { return entry.name == name; });
  return found == kTemplates.end() ? nullptr : found;
}

/// What the standard library puts in where the program says nothing.
bool is_default(std::string_view argument, const Names& arguments, const Defaulted& of) {
  const std::string& first = arguments[0];
  for (const std::string_view name :
       {"std::allocator", "std::less", "std::equal_to", "std::hash", "std::char_traits", "std::default_delete"}) {
    if (argument == std::string(name) + "<" + first + ">") return true;
  }
  if (of.name == "span" && argument == "18446744073709551615") return true;  // std::dynamic_extent
  if (!of.container.empty() && argument == std::string(of.container) + "<" + first + ">") return true;
  return of.own_arguments == 2 &&
         argument == "std::allocator<std::pair<" + const_type(first) + ", " + arguments[1] + ">>";
}

/// std::basic_string<char> and its like, once the defaults are gone.
std::string_view string_name(std::string_view name, std::string_view character) {
  static constexpr std::array<std::tuple<std::string_view, std::string_view, std::string_view>, 5> kNames = {
      {{"char", "string", "string_view"},
       {"wchar_t", "wstring", "wstring_view"},
       {"char8_t", "u8string", "u8string_view"},
       {"char16_t", "u16string", "u16string_view"},
       {"char32_t", "u32string", "u32string_view"}}};
  for (const auto& [of, string, view] : kNames) {
    if (of == character) return name == "basic_string" ? string : name == "basic_string_view" ? view : "";
  }
  return {};
}

std::string spelled(std::string_view type, int depth);

std::string spelled_component(std::string_view component, bool in_std, int depth) {
  const TemplateParts parts = template_parts(component);
  if (parts.arguments.empty()) return std::string(component);
  Names arguments;
  for (const std::string_view argument : parts.arguments) {
    arguments.push_back(spelled(without_suffix(argument), depth + 1));
  }
  if (arguments.size() > 1 && arguments.back() == "alloc::alloc::Global") arguments.pop_back();  // Rust's default
  if (const Defaulted* const known = in_std ? defaulted(parts.name) : nullptr) {
    while (arguments.size() > known->own_arguments && is_default(arguments.back(), arguments, *known)) {
      arguments.pop_back();
    }
    if (arguments.size() == 1) {
      if (const std::string_view shorter = string_name(parts.name, arguments[0]); !shorter.empty()) {
        return std::string(shorter);
      }
    }
  }
  std::string out(parts.name);
  out += '<';
  for (std::size_t i = 0; i < arguments.size(); ++i) out.append(i == 0 ? "" : ", ").append(arguments[i]);
  return out + '>';
}

/// A library's type that nobody spells out.
std::string short_name(std::string spelled) {
  constexpr std::string_view kDefaults =
      ", std::vector, std::string, bool, long, unsigned long, double, std::allocator, nlohmann::adl_serializer, "
      "std::vector<unsigned char>>";
  for (const auto& [map, name] :
       {std::pair("std::map", "nlohmann::json"), std::pair("nlohmann::ordered_map", "nlohmann::ordered_json")}) {
    std::string longer = "nlohmann::basic_json<";
    longer.append(map).append(kDefaults);
    if (spelled.starts_with(longer)) return name + spelled.substr(longer.size());
  }
  return spelled;
}

std::string spelled_path(std::string_view path, int depth) {
  std::string out;
  std::size_t number = 0;
  bool in_std = false;
  for (const std::string_view component : scope_parts(path)) {
    const bool is_inline = in_std && (component == "__cxx11" || component == "__1" || component == "__cxx1998");
    if (is_inline || (component.starts_with("json_abi_") && out == "nlohmann")) continue;
    if (!out.empty()) out += "::";
    out += spelled_component(component, in_std, depth);
    in_std = number++ == 0 && component == "std";
  }
  return short_name(std::move(out));
}

/// Cuts `word` from the end if it stands there as a word of its own.
bool cut_word(std::string_view& text, std::string_view word) {
  if (!text.ends_with(word) || text.size() == word.size()) return false;
  const char before = text[text.size() - word.size() - 1];
  if (before != ' ' && before != '*' && before != '&' && before != '>') return false;
  text = trimmed(text.substr(0, text.size() - word.size()));
  return true;
}

/// "void (*const) (long int)" -> "void (* const)(long)", "int (char)" -> "int(char)"; all else as it is.
std::string spelled_function(std::string_view type, int depth) {
  const Brackets brackets(type);
  const std::size_t open = type.ends_with(')') ? brackets.partner(type.size() - 1) : Brackets::kNone;
  if (open == Brackets::kNone) return std::string(type);
  std::string_view result = trimmed(type.substr(0, open));
  std::string pointer;
  if (result.ends_with(')')) {
    const std::size_t begin = brackets.partner(result.size() - 1);
    if (begin == Brackets::kNone || begin == 0) return std::string(type);
    pointer = result.substr(begin);
    if (const std::size_t at = pointer.find("*const"); at != std::string::npos) pointer.insert(at + 1, " ");
    result = trimmed(result.substr(0, begin));
  }
  if (result.empty() || result.ends_with(':') || result.ends_with('(')) return std::string(type);
  std::string out = spelled(result, depth + 1) + (pointer.empty() ? "" : " ") + pointer + "(";
  const std::string_view inside = type.substr(open + 1, type.size() - open - 2);
  if (trimmed(inside).empty()) return out + ")";
  for (const std::string_view parameter : split(inside, ",")) {
    out.append(out.ends_with('(') ? "" : ", ").append(spelled(parameter, depth + 1));
  }
  return out + ")";
}

std::string spelled(std::string_view type, int depth) {
  std::string_view core = trimmed(type);
  if (depth > kMaxDepth) return std::string(core);
  // From the end: pointers, references, bounds, and the qualifiers of what stands before them.
  std::string tail;
  bool is_const = false;
  for (;;) {
    core = trimmed(core);
    if (core.ends_with('*') || core.ends_with('&')) {
      tail.insert(0, 1, core.back());
      core.remove_suffix(1);
    } else if (core.ends_with(']') && core.rfind('[') != std::string_view::npos && core.rfind('[') != 0) {
      const std::size_t open = core.rfind('[');
      tail.insert(0, core.substr(open));
      core = core.substr(0, open);
    } else if (cut_word(core, "const")) {
      if (core.ends_with('*')) {
        tail.insert(0, " const");
      } else {
        is_const = true;
      }
    } else {
      break;
    }
  }
  for (const std::string_view word : {"const ", "struct ", "class ", "union ", "enum "}) {
    if (!core.starts_with(word)) continue;
    is_const = is_const || word == "const ";
    core = trimmed(core.substr(word.size()));
  }
  if (core.empty()) return std::string(trimmed(type));
  if (core.ends_with(')')) return spelled_function(trimmed(type), depth);
  std::string out = is_const ? "const " : "";
  const auto* const base =
      std::find_if(kBaseTypes.begin(), kBaseTypes.end(), [&](const auto& entry) { return entry.first == core; });
  out += base != kBaseTypes.end() ? std::string(base->second) : spelled_path(core, depth);
  return out + tail;
}

}  // namespace

TemplateParts template_parts(std::string_view type) {
  TemplateParts parts{type, {}};
  if (!type.ends_with('>')) return parts;
  const std::size_t open = Brackets(type).partner(type.size() - 1);
  if (open == Brackets::kNone || open == 0) return parts;
  parts.name = trimmed(type.substr(0, open));
  parts.arguments = split(type.substr(open + 1, type.size() - open - 2), ",");
  return parts;
}

std::vector<std::string_view> scope_parts(std::string_view qualified) {
  return split(qualified, "::");
}

bool is_scalar_name(std::string_view type) {
  static constexpr std::array<std::string_view, 18> kNames = {
      "bool",          "char",         "signed char", "unsigned char",  "wchar_t",   "char8_t",
      "char16_t",      "char32_t",     "short",       "unsigned short", "int",       "long",
      "unsigned long", "unsigned int", "float",       "double",         "long long", "unsigned long long"};
  return type.ends_with('*') || std::find(kNames.begin(), kNames.end(), type) != kNames.end();
}

std::string const_type(std::string_view type) {
  // Of a pointer the pointer is const, and of one to a function that stands within.
  if (type.ends_with('*')) return std::string(type) + " const";
  const std::size_t sign = type.ends_with(')') ? type.find("*)") : std::string_view::npos;
  if (sign == std::string_view::npos) return "const " + std::string(type);
  return std::string(type.substr(0, sign)) + "* const" + std::string(type.substr(sign + 1));
}

std::string usual_spelling(std::string_view type) {
  return type.size() > kMaxBytes ? std::string(type) : spelled(type, 0);
}

}  // namespace memline::symbols
