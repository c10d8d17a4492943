#include "render/chart/svg.h"

#include "support/catch.h"

using namespace memline::render;

namespace {

TEST_CASE("no text becomes markup") {
  CHECK(escape_markup("<script>alert('x' & \"y\")</script>") ==
        "&lt;script&gt;alert(&#39;x&#39; &amp; &quot;y&quot;)&lt;/script&gt;");
  CHECK(escape_markup("\u8868 \xef\xbf\xbf\xef\xbf\xbe!") == "\u8868 \ufffd\ufffd!");
}

TEST_CASE("every shape becomes an element") {
  Drawing drawing;
  drawing.width = 100;
  drawing.height = 50;
  drawing.title = "a<b";
  drawing.background = {255, 255, 255};
  drawing.shapes = {Area{{{0, 0}, {10, 0}, {10, 5.25}}, {1, 2, 3}, 0.5},
                    Polyline{{{0, 0}, {1.04, 2}}, {{0, 0, 255}, 2, true}}, Dot{{5, 6}, 3, {255, 0, 0}},
                    Label{{1, 2}, "x<y", {0, 0, 0}, 12, Anchor::kEnd, true}};
  CHECK(
      render_svg(drawing) ==
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"100\" height=\"50\" viewBox=\"0 0 100 50\" role=\"img\" "
      "font-family=\"'DejaVu Sans', Verdana, 'Helvetica Neue', Arial, sans-serif\">\n"
      "<title>a&lt;b</title>\n"
      "<rect width=\"100\" height=\"50\" fill=\"#ffffff\"/>\n"
      "<polygon points=\"0,0 10,0 10,5.2\" fill=\"#010203\" fill-opacity=\"0.5\"/>\n"
      "<polyline points=\"0,0 1,2\" fill=\"none\" stroke=\"#0000ff\" stroke-width=\"2\" stroke-linejoin=\"round\" "
      "stroke-dasharray=\"6 4\"/>\n"
      "<circle cx=\"5\" cy=\"6\" r=\"3\" fill=\"#ff0000\"/>\n"
      "<text x=\"1\" y=\"2\" font-size=\"12\" text-anchor=\"end\" font-weight=\"bold\" fill=\"#000000\">x&lt;y</text>\n"
      "</svg>\n");
}

}  // namespace
