/// \file The options that several commands share, and how a command line is parsed.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "commands/command.h"
#include "commands/progress_bar.h"
#include "model/profile.h"
#include "render/text.h"

namespace CLI {
class App;
}

namespace memline::commands {

enum class Format { kText, kJson, kCsv };

/// Which recording, and how it is looked at.
struct ProfileArguments {
  std::string trace;
  bool trace_given = false;  ///< on the command line
  model::ProfileOptions options;
  std::string templates = "full";
  bool no_cache = false;
  bool verbose = false;
  std::unique_ptr<ProgressBar> progress;  ///< made by open_profile()

  /// All of them.
  void add_to(CLI::App& app);
  /// For reports that show neither sites nor source: which recording, which part of it, and how it is read.
  void add_selection_to(CLI::App& app);
  /// What the strings above mean, after parsing.
  model::ProfileOptions profile_options() const;
};

/// How the result is written.
struct OutputArguments {
  std::string format = "text", unit = "auto", colour = "auto";
  std::optional<int> precision;
  std::optional<std::size_t> width;

  void add_to(CLI::App& app);
  Format chosen_format() const;
  render::TextStyle style(const Terminal& terminal) const;
};

/// Checks what --most and the like are given: "" for a whole number that is not negative, else what is wrong.
std::string check_count(const std::string& text);

/// A check for numbers from `low` to `high`, as CLI::Range but that "nan" is none.
std::function<std::string(const std::string&)> check_between(double low, double high);

/// Parses `arguments`. Returns nullopt when the command shall go on, else the exit code: help was asked for and
/// printed, or the command line is wrong, which has been said in one line.
/// `usage` follows the command's name in its help.
std::optional<int> parse(CLI::App& app, const std::string& usage, const Arguments& arguments, const Streams& streams);

}  // namespace memline::commands
