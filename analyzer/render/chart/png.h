/// \file render_png(): a Drawing as a PNG image, painted by cairo.
#pragma once

#include <string>

#include "base/result.h"
#include "render/chart/drawing.h"

namespace memline::render {

/// `scale` image pixels for each of the drawing. Error: there is no cairo here, or it could not paint.
Result<std::string> render_png(const Drawing& drawing, double scale);

}  // namespace memline::render
