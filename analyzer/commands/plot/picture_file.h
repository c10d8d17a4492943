/// \file write_picture(): a Chart into a file whose name says the format.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "render/chart/theme.h"
#include "views/chart.h"

namespace memline::commands {

/// "" if `path` names a format that can be written here, else what is wrong with it.
std::string check_picture_name(const std::string& path);

/// Writes the file in one go; nullopt: done.
std::optional<Error> write_picture(const views::Chart& chart, const render::Theme& theme, const std::string& path);

}  // namespace memline::commands
