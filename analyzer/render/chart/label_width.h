/// \file How much room a text takes in a picture whose font nobody knows before it is shown. Pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace memline::render {

/// An upper estimate in pixels: characters as wide as in DejaVu Sans, the widest of the usual fonts.
double label_width(std::string_view text, double size);

/// The text, cut in the middle to at most so many pixels.
std::string fit_label(const std::string& text, double size, double pixels);

/// The text in lines of at most so many pixels, broken at blanks; a word that has no room in a line is cut as above.
std::vector<std::string> wrap_label(const std::string& text, double size, double pixels);

}  // namespace memline::render
