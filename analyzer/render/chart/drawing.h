/// \file Drawing: a picture as a list of shapes in pixels, laid out once for every format that can draw them. Plain data.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "render/chart/theme.h"

namespace memline::render {

struct Pixel {
  double x = 0, y = 0;  ///< from the left and from the top
};

struct Stroke {
  Colour colour;
  double width = 1;
  bool dashed = false;
};

struct Polyline {
  std::vector<Pixel> points;
  Stroke stroke;
};

/// Closed and without an outline.
struct Area {
  std::vector<Pixel> points;
  Colour colour;
  double opacity = 1;
};

struct Dot {
  Pixel centre;
  double radius = 3;
  Colour colour;
};

enum class Anchor : std::uint8_t { kStart, kMiddle, kEnd };

/// One line of text, on its baseline.
struct Label {
  Pixel at;
  std::string text;  ///< printable, but not escaped for any markup
  Colour colour;
  double size = 12;
  Anchor anchor = Anchor::kStart;
  bool bold = false;
};

using Shape = std::variant<Area, Polyline, Dot, Label>;

struct Drawing {
  double width = 0, height = 0;
  std::string title;  ///< for people who cannot see it
  Colour background;
  std::vector<Shape> shapes;  ///< later ones lie above
};

}  // namespace memline::render
