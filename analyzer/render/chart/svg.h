/// \file render_svg(): a Drawing as an SVG 1.1 document. Texts are escaped: no name can become markup.
#pragma once

#include <string>
#include <string_view>

#include "render/chart/drawing.h"

namespace memline::render {

std::string render_svg(const Drawing& drawing);

/// Printable text (render/printable.h) with the characters that mean something in XML and HTML as entities.
std::string escape_markup(std::string_view text);

}  // namespace memline::render
