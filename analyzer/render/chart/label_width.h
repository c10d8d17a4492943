/// \file How much room a text takes in a picture whose font nobody knows before it is shown. Pure functions.
#pragma once

#include <string>
#include <string_view>

namespace memline::render {

/// An upper estimate in pixels: characters as wide as in DejaVu Sans, the widest of the usual fonts.
double label_width(std::string_view text, double size);

/// The text, cut in the middle to at most so many pixels.
std::string fit_label(const std::string& text, double size, double pixels);

}  // namespace memline::render
