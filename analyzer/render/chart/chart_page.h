/// \file render_chart_page(): a Chart as one HTML file that needs nothing else: it holds the points, and a script that
/// draws them, shows values under the pointer and zooms. Pure.
#pragma once

#include <string>

#include "render/chart/theme.h"
#include "views/chart.h"

namespace memline::render {

std::string render_chart_page(const views::Chart& chart, const Theme& theme);

}  // namespace memline::render
