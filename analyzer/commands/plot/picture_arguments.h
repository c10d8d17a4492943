/// \file PictureArguments: the options of the commands that draw a picture, and where it goes.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "views/chart.h"

namespace CLI {
class App;
}

namespace memline::commands {

struct PictureArguments {
  std::string out, title, theme = "light";

  /// The descriptions are those of --out and --title.
  void add_to(CLI::App& app, const std::string& about_out, const std::string& about_title);
  /// Into `out`, which is given; nullopt: done.
  std::optional<Error> write(const views::Chart& chart) const;
};

}  // namespace memline::commands
