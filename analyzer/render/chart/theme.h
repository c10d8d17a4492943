/// \file Theme: the colours of a picture, light or dark. Plain data.
///
/// Series colours begin with those of M. Okabe and K. Ito, "Color Universal Design" (2008), which colour-blind people can
/// tell apart, darker on light ground and lighter on dark.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace memline::render {

struct Colour {
  std::uint8_t red = 0, green = 0, blue = 0;

  friend bool operator==(const Colour&, const Colour&) = default;
};

struct Theme {
  Colour background, text, quiet_text, grid, frame, mark;
  std::array<Colour, 10> series;

  Colour of(std::size_t number) const { return series[number % series.size()]; }
};

inline constexpr Theme kLightTheme = {.background = {255, 255, 255},
                                      .text = {31, 35, 40},
                                      .quiet_text = {89, 99, 110},
                                      .grid = {229, 232, 235},
                                      .frame = {140, 149, 159},
                                      .mark = {200, 30, 30},
                                      .series = {{{0, 114, 178},
                                                  {213, 94, 0},
                                                  {0, 140, 100},
                                                  {190, 90, 150},
                                                  {150, 105, 0},
                                                  {50, 155, 205},
                                                  {110, 80, 170},
                                                  {100, 110, 120},
                                                  {140, 60, 60},
                                                  {90, 125, 30}}}};

inline constexpr Theme kDarkTheme = {.background = {22, 27, 34},
                                     .text = {230, 237, 243},
                                     .quiet_text = {157, 167, 179},
                                     .grid = {44, 51, 60},
                                     .frame = {110, 118, 129},
                                     .mark = {255, 110, 100},
                                     .series = {{{88, 166, 255},
                                                 {240, 136, 62},
                                                 {50, 190, 140},
                                                 {225, 140, 195},
                                                 {230, 180, 50},
                                                 {120, 200, 235},
                                                 {175, 150, 240},
                                                 {160, 170, 180},
                                                 {230, 150, 150},
                                                 {170, 205, 100}}}};

}  // namespace memline::render
