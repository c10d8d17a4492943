/// \file lay_out(): a Chart as a Drawing: where everything stands, so that no text covers another. Pure.
#pragma once

#include "render/chart/drawing.h"
#include "render/chart/theme.h"
#include "views/chart.h"

namespace memline::render {

/// `width` in pixels; the height follows from the legend and the notes.
Drawing lay_out(const views::Chart& chart, const Theme& theme, double width = 960);

}  // namespace memline::render
