#include "render/chart/png.h"

#include <array>
#include <cmath>
#include <memory>
#include <numbers>

#include "render/chart/cairo_library.h"

namespace memline::render {
namespace {

class Painter {
 public:
  Painter(const CairoLibrary& cairo, cairo_t* context) : cairo_(cairo), context_(context) {}

  void background(const Colour& colour) {
    set_colour(colour, 1);
    cairo_.paint(context_);
  }
  void operator()(const Area& area) {
    trace(area.points);
    cairo_.close_path(context_);
    set_colour(area.colour, area.opacity);
    cairo_.fill(context_);
  }
  void operator()(const Polyline& line) {
    constexpr std::array kDashes = {6.0, 4.0};
    trace(line.points);
    set_colour(line.stroke.colour, 1);
    cairo_.set_line_width(context_, line.stroke.width);
    cairo_.set_line_join(context_, CAIRO_LINE_JOIN_ROUND);
    cairo_.set_dash(context_, kDashes.data(), line.stroke.dashed ? static_cast<int>(kDashes.size()) : 0, 0);
    cairo_.stroke(context_);
  }
  void operator()(const Dot& dot) {
    cairo_.new_path(context_);
    cairo_.arc(context_, dot.centre.x, dot.centre.y, dot.radius, 0, 2 * std::numbers::pi);
    set_colour(dot.colour, 1);
    cairo_.fill(context_);
  }
  void operator()(const Label& label) {
    cairo_.select_font_face(context_, "sans-serif", CAIRO_FONT_SLANT_NORMAL,
                            label.bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
    cairo_.set_font_size(context_, label.size);
    cairo_text_extents_t extents{};
    cairo_.text_extents(context_, label.text.c_str(), &extents);
    const double shift = label.anchor == Anchor::kStart    ? 0
                         : label.anchor == Anchor::kMiddle ? extents.x_advance / 2
                                                           : extents.x_advance;
    cairo_.new_path(context_);
    cairo_.move_to(context_, label.at.x - shift, label.at.y);
    set_colour(label.colour, 1);
    cairo_.show_text(context_, label.text.c_str());
  }

 private:
  void set_colour(const Colour& colour, double opacity) {
    cairo_.set_source_rgba(context_, colour.red / 255.0, colour.green / 255.0, colour.blue / 255.0, opacity);
  }
  void trace(const std::vector<Pixel>& points) {
    cairo_.new_path(context_);
    for (std::size_t i = 0; i < points.size(); ++i) {
      (i == 0 ? cairo_.move_to : cairo_.line_to)(context_, points[i].x, points[i].y);
    }
  }

  const CairoLibrary& cairo_;
  cairo_t* context_;
};

cairo_status_t append(void* closure, const unsigned char* bytes, unsigned length) {
  static_cast<std::string*>(closure)->append(reinterpret_cast<const char*>(bytes), length);
  return CAIRO_STATUS_SUCCESS;
}

}  // namespace

Result<std::string> render_png(const Drawing& drawing, double scale) {
  const CairoLibrary* const cairo = CairoLibrary::find();
  if (cairo == nullptr) {
    return Error{ExitCode::kUsage, "PNG needs libcairo.so.2, which is not installed here; .svg and .html need nothing"};
  }
  const auto size = [&](double pixels) { return static_cast<int>(std::ceil(pixels * scale)); };
  const std::unique_ptr<cairo_surface_t, decltype(cairo->surface_destroy)> surface(
      cairo->image_surface_create(CAIRO_FORMAT_RGB24, size(drawing.width), size(drawing.height)),
      cairo->surface_destroy);
  const std::unique_ptr<cairo_t, decltype(cairo->destroy)> context(cairo->create(surface.get()), cairo->destroy);
  cairo->scale(context.get(), scale, scale);
  Painter painter(*cairo, context.get());
  painter.background(drawing.background);
  for (const Shape& shape : drawing.shapes) std::visit(painter, shape);
  std::string bytes;
  if (cairo->surface_status(surface.get()) != CAIRO_STATUS_SUCCESS ||
      cairo->surface_write_to_png_stream(surface.get(), append, &bytes) != CAIRO_STATUS_SUCCESS) {
    return Error{ExitCode::kUsage, "cairo could not paint a picture of " + std::to_string(size(drawing.width)) +
                                       " by " + std::to_string(size(drawing.height)) + " pixels"};
  }
  return bytes;
}

}  // namespace memline::render
