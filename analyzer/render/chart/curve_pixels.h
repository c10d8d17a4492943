/// \file curve_pixels(): a series as the points of a line in a picture, no more than its pixel columns can show. Pure.
#pragma once

#include <span>
#include <vector>

#include "render/chart/drawing.h"
#include "views/chart.h"

namespace memline::render {

/// Of the points in each pixel column the first, the lowest, the highest and the last, in their order.
std::vector<Pixel> reduce_to_columns(std::span<const Pixel> points);

/// Puts a corner between any two points: the first holds until the second.
std::vector<Pixel> as_steps(std::span<const Pixel> points);

}  // namespace memline::render
