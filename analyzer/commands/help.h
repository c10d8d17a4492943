/// \file help_text(): a command's `--help`, for a terminal of 80 columns. Made from the options themselves, but laid
/// out here: CLI11's own layout is wider, and differs from release to release.
#pragma once

#include <string>

namespace CLI {
class App;
}

namespace memline::commands {

/// Usage, description, options and the footer of `app`, whose name is the command's.
std::string help_text(const CLI::App& app, const std::string& usage);

}  // namespace memline::commands
