#include "render/chart/svg.h"

#include <fmt/format.h>

#include <cstddef>
#include <iterator>
#include <utility>
#include <variant>

namespace memline::render {
namespace {

std::string hex(const Colour& colour) {
  return fmt::format("#{:02x}{:02x}{:02x}", colour.red, colour.green, colour.blue);
}

/// A tenth of a pixel is enough.
std::string number(double value) {
  std::string text = fmt::format("{:.1f}", value);
  if (text.ends_with(".0")) text.resize(text.size() - 2);
  return text == "-0" ? "0" : text;
}

std::string path(const std::vector<Pixel>& points) {
  std::string text;
  for (const Pixel& point : points) text += (text.empty() ? "" : " ") + number(point.x) + ',' + number(point.y);
  return text;
}

class SvgWriter {
 public:
  explicit SvgWriter(std::string& out) : out_(out) {}

  void operator()(const Area& area) {
    add("<polygon points=\"{}\" fill=\"{}\" fill-opacity=\"{:g}\"/>\n", path(area.points), hex(area.colour),
        area.opacity);
  }
  void operator()(const Polyline& line) {
    add("<polyline points=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"{:g}\" stroke-linejoin=\"round\"{}/>\n",
        path(line.points), hex(line.stroke.colour), line.stroke.width,
        line.stroke.dashed ? " stroke-dasharray=\"6 4\"" : "");
  }
  void operator()(const Dot& dot) {
    add("<circle cx=\"{}\" cy=\"{}\" r=\"{:g}\" fill=\"{}\"/>\n", number(dot.centre.x), number(dot.centre.y),
        dot.radius, hex(dot.colour));
  }
  void operator()(const Label& label) {
    const char* const anchor = label.anchor == Anchor::kMiddle ? " text-anchor=\"middle\""
                               : label.anchor == Anchor::kEnd  ? " text-anchor=\"end\""
                                                               : "";
    add("<text x=\"{}\" y=\"{}\" font-size=\"{:g}\"{}{} fill=\"{}\">{}</text>\n", number(label.at.x),
        number(label.at.y), label.size, anchor, label.bold ? " font-weight=\"bold\"" : "", hex(label.colour),
        escape_markup(label.text));
  }

 private:
  template <class... Values>
  void add(fmt::format_string<Values...> format, Values&&... values) {
    fmt::format_to(std::back_inserter(out_), format, std::forward<Values>(values)...);
  }

  std::string& out_;
};

}  // namespace

std::string escape_markup(std::string_view text) {
  std::string escaped;
  for (std::size_t i = 0; i < text.size(); ++i) {
    // the two characters of Unicode that are none and that no XML document may hold
    if (text.substr(i).starts_with("\xef\xbf\xbe") || text.substr(i).starts_with("\xef\xbf\xbf")) {
      escaped += "\ufffd";
      i += 2;
      continue;
    }
    const char c = text[i];
    switch (c) {
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '&':
        escaped += "&amp;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

std::string render_svg(const Drawing& drawing) {
  std::string out = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0:g}\" height=\"{1:g}\" viewBox=\"0 0 {0:g} {1:g}\" "
      "role=\"img\" "
      "font-family=\"'DejaVu Sans', Verdana, 'Helvetica Neue', Arial, sans-serif\">\n"
      "<title>{2}</title>\n<rect width=\"{0:g}\" height=\"{1:g}\" fill=\"{3}\"/>\n",
      drawing.width, drawing.height, escape_markup(drawing.title), hex(drawing.background));
  SvgWriter writer(out);
  for (const Shape& shape : drawing.shapes) std::visit(writer, shape);
  return out + "</svg>\n";
}

}  // namespace memline::render
