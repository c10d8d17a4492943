/// \file CairoLibrary: cairo, loaded when a picture is to be painted and not before: linked, it brings twenty libraries
/// along, which would cost every start of memline 2.6 ms (0.7 ms without).
///
/// Compiled only where cairo's headers are at hand (MEMLINE_HAS_CAIRO).
#pragma once

#include <cairo.h>

namespace memline::render {

// clang-format off
#define MEMLINE_CAIRO_FUNCTIONS(X) \
  X(image_surface_create) X(surface_status) X(surface_destroy) X(surface_write_to_png_stream) X(create) X(destroy) \
  X(scale) X(set_source_rgba) X(paint) X(new_path) X(move_to) X(line_to) X(close_path) X(arc) X(fill) X(stroke) \
  X(set_line_width) X(set_line_join) X(set_dash) X(select_font_face) X(set_font_size) X(text_extents) X(show_text)
// clang-format on

/// Its functions without their prefix; all of them or none.
struct CairoLibrary {
#define MEMLINE_CAIRO_MEMBER(NAME) decltype(&::cairo_##NAME) NAME = nullptr;
  MEMLINE_CAIRO_FUNCTIONS(MEMLINE_CAIRO_MEMBER)
#undef MEMLINE_CAIRO_MEMBER

  /// Null where this machine has no cairo. Loaded once, and never unloaded.
  static const CairoLibrary* find();
};

}  // namespace memline::render
