#include "commands/args.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <ostream>
#include <string_view>
#include <vector>

#include "base/escape.h"
#include "base/result.h"
#include "commands/cache_choice.h"
#include "commands/help.h"
#include "memline/env.h"

namespace memline::commands {
namespace {

int wrong_usage(const CLI::App& app, const std::string& what, const Streams& streams) {
  streams.err << "memline " << app.get_name() << ": " << escape_control(what) << "; see memline " << app.get_name()
              << " --help\n";
  return static_cast<int>(ExitCode::kUsage);
}

/// The first option that ends in '='; nullptr if there is none. CLI11 would give it the next argument for a value.
const std::string* find_option_without_value(const Arguments& arguments) {
  for (const std::string& argument : arguments) {
    if (argument == "--") break;
    if (argument.starts_with("--") && argument.find('=') == argument.size() - 1) return &argument;
  }
  return nullptr;
}

/// The first option that was given an empty value, which names nothing; "" if there is none.
std::string find_empty_value(const CLI::App& app) {
  constexpr std::string_view kMayBeEmpty[] = {"--title", "--counters", "--setup"};
  for (const CLI::Option* const option : app.get_options()) {
    const std::string name = option->get_name();
    if (option->get_items_expected_max() == 0 || std::ranges::find(kMayBeEmpty, name) != std::end(kMayBeEmpty))
      continue;
    const std::vector<std::string>& values = option->results();
    if (std::find(values.begin(), values.end(), "") != values.end()) return name;
  }
  return {};
}

}  // namespace

void ProfileArguments::add_selection_to(CLI::App& app) {
  trace = kDefaultOut;
  app.add_option("TRACE", trace, "The recording to read")->each([this](const std::string&) { trace_given = true; });
  app.add_option("--image", options.image,
                 "Of a process that ran several programs one after the other (exec), show this one; counted from 0")
      ->check(check_count)
      ->type_name("N");
  app.add_option("--thread", options.threads, "Only what this thread did: a name, a tid or #INDEX; repeatable")
      ->type_name("T")
      ->allow_extra_args(false);
  app.add_option("--span", options.span, "Only what threads did inside spans of this name")->type_name("NAME");
  app.add_flag("--debuginfod", options.symbols.debuginfod,
               "Fetch missing debug information from the servers in DEBUGINFOD_URLS");
  app.add_flag("--no-cache", no_cache, "Read debug information anew; keep nothing of it for later reports");
}

void ProfileArguments::add_to(CLI::App& app) {
  add_selection_to(app);
  app.add_option("--own", options.own, "Files or modules that match are your own code; repeatable")
      ->type_name("PATTERN")
      ->allow_extra_args(false);
  app.add_option("--not-own", options.not_own, "Files or modules that match are not; repeatable")
      ->type_name("PATTERN")
      ->allow_extra_args(false);
  app.add_option("--source", options.source_dirs, "Also look for source files here; repeatable")
      ->type_name("DIR")
      ->allow_extra_args(false);
  app.add_option("--templates", templates, "Template arguments in names; short: as <...>")
      ->check(CLI::IsMember({"short", "full"}))
      ->type_name("short|full")
      ->capture_default_str();
  app.add_flag("--verbose", verbose, "Also print the rules that tell own code from library code");
}

model::ProfileOptions ProfileArguments::profile_options() const {
  model::ProfileOptions result = options;
  result.short_templates = templates == "short";
  if (!no_cache) result.symbols.cache_folder = choose_cache_folder();
  return result;
}

void OutputArguments::add_to(CLI::App& app) {
  app.add_option("--format", format, "How the result is written; json and csv carry whole bytes")
      ->check(CLI::IsMember({"text", "json", "csv"}))
      ->type_name("text|json|csv")
      ->capture_default_str();
  CLI::Option* const unit_option =
      app.add_option("--unit", unit, "Of sizes in text; auto: each in the unit that fits, with 4 digits")
          ->check(CLI::IsMember({"auto", "B", "KiB", "MiB", "GiB"}))
          ->type_name("auto|B|KiB|MiB|GiB")
          ->capture_default_str();
  app.add_option("--precision", precision, "Digits after the point where --unit is KiB, MiB or GiB (default 3)")
      ->check(CLI::Range(0, 9))
      ->type_name("N")
      ->needs(unit_option);
  app.callback([this] {
    if (precision && (unit == "auto" || unit == "B")) {
      throw CLI::ValidationError("--precision", "needs a --unit of KiB, MiB or GiB");
    }
  });
  app.add_option("--color", colour, "auto: on a terminal, unless NO_COLOR is set")
      ->check(CLI::IsMember({"auto", "always", "never"}))
      ->type_name("auto|always|never")
      ->capture_default_str();
  app.add_option("--width", width, "Of text, in columns; 0: as wide as need be (default: the terminal's)")
      ->check(check_count)
      ->type_name("N");
}

Format OutputArguments::chosen_format() const {
  if (format == "json") return Format::kJson;
  return format == "csv" ? Format::kCsv : Format::kText;
}

render::TextStyle OutputArguments::style(const Terminal& terminal) const {
  render::TextStyle style;
  style.width_columns = width.value_or(terminal.width_columns);
  style.colour = colour == "always" || (colour == "auto" && terminal.colour);
  style.bytes.unit = render::unit_from_name(unit).value_or(render::Unit::kAuto);
  if (precision) style.bytes.precision = *precision;
  return style;
}

std::string check_count(const std::string& text) {
  constexpr std::size_t kMostDigits = 18;
  const bool whole = !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
  return whole && text.size() <= kMostDigits ? "" : "not a whole number from 0 on: " + text;
}

std::function<std::string(const std::string&)> check_between(double low, double high) {
  return [low, high](const std::string& text) -> std::string {
    char* end = nullptr;
    const double value = std::strtod(text.c_str(), &end);
    if (end != text.c_str() && *end == '\0' && value >= low && value <= high) return "";
    return fmt::format("not a number from {} to {}: {}", low, high, text);
  };
}

std::optional<int> parse(CLI::App& app, const std::string& usage, const Arguments& arguments, const Streams& streams) {
  app.set_help_flag("-h,--help", "Print this help");
  if (const std::string* const option = find_option_without_value(arguments)) {
    return wrong_usage(app, *option + " has no value", streams);
  }
  try {
    // CLI11 takes them last first
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
    if (const std::string option = find_empty_value(app); !option.empty()) {
      return wrong_usage(app, option + " needs a value that is not empty", streams);
    }
    return std::nullopt;
  } catch (const CLI::CallForHelp&) {
    streams.out << help_text(app, usage);
    return static_cast<int>(ExitCode::kDone);
  } catch (const CLI::ExtrasError&) {
    // its own message has them in reverse
    std::string extras;
    for (const std::string& extra : app.remaining()) extras += ' ' + extra;
    return wrong_usage(app, (app.remaining_size() == 1 ? "unexpected argument:" : "unexpected arguments:") + extras,
                       streams);
  } catch (const CLI::ParseError& error) {
    return wrong_usage(app, error.what(), streams);
  }
}

}  // namespace memline::commands
