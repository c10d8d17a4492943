#include "commands/help.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <string_view>

namespace memline::commands {
namespace {

constexpr std::size_t kHelpColumns = 80;
constexpr std::size_t kIndent = 25;  ///< where descriptions begin

/// "--unit auto|B|KiB|MiB|GiB"
std::string option_title(const CLI::Option& option) {
  std::string names;
  for (const std::string& name : option.get_snames()) names += (names.empty() ? "-" : ", -") + name;
  for (const std::string& name : option.get_lnames()) names += (names.empty() ? "--" : ", --") + name;
  // what checks the value has added its own description behind a colon
  const std::string type = option.get_type_name();
  const std::string value = type.substr(0, type.find(':'));
  return value.empty() || option.get_items_expected_max() == 0 ? names : names + ' ' + value;
}

/// Appends `text`, which begins in column `column`, broken at blanks and indented.
void append_wrapped(std::string& out, std::size_t column, std::string_view text) {
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(word.size() + 1, text.size()));
    if (column + word.size() > kHelpColumns && column > kIndent) {
      while (out.ends_with(' ')) out.pop_back();
      out += '\n' + std::string(kIndent, ' ');
      column = kIndent;
    }
    out += word;
    column += word.size();
    if (!text.empty()) {
      out += ' ';
      ++column;
    }
  }
  out += '\n';
}

}  // namespace

std::string help_text(const CLI::App& app, const std::string& usage) {
  std::string out =
      "Usage: memline " + app.get_name() + ' ' + usage + "\n\n" + app.get_description() + "\n\nOptions:\n";
  for (const CLI::Option* const option : app.get_options()) {
    if (option->get_positional()) continue;
    std::string title = "  " + option_title(*option);
    std::string description = option->get_description();
    if (!option->get_default_str().empty()) description += " (default " + option->get_default_str() + ')';
    if (title.size() + 2 > kIndent) {
      out += title + '\n' + std::string(kIndent, ' ');
    } else {
      out += title + std::string(kIndent - title.size(), ' ');
    }
    append_wrapped(out, kIndent, description);
  }
  return out + '\n' + app.get_footer() + '\n';
}

}  // namespace memline::commands
