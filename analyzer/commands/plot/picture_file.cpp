#include "commands/plot/picture_file.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "render/chart/chart_layout.h"
#include "render/chart/chart_page.h"
#include "render/chart/png.h"
#include "render/chart/svg.h"

namespace memline::commands {

namespace {

constexpr double kPngScale = 2;  // as screens have it

std::string extension_of(const std::string& path) {
  return std::filesystem::path(path).extension().native();
}

Result<std::string> render(const views::Chart& chart, const render::Theme& theme, const std::string& extension) {
  if (extension == ".html") return render::render_chart_page(chart, theme);
  const render::Drawing drawing = render::lay_out(chart, theme);
  if (extension == ".png") return render::render_png(drawing, kPngScale);
  return render::render_svg(drawing);
}

}  // namespace

std::string check_picture_name(const std::string& path) {
  const std::string extension = extension_of(path);
  if (extension == ".svg" || extension == ".png" || extension == ".html") return {};
  return "not a name that ends in .svg, .png or .html: " + path;
}

std::optional<Error> write_picture(const views::Chart& chart, const render::Theme& theme, const std::string& path) {
  const Result<std::string> bytes = render(chart, theme, extension_of(path));
  if (!bytes) return bytes.error();
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(bytes->data(), static_cast<std::streamsize>(bytes->size()));
  file.close();
  if (file) return std::nullopt;
  return Error{ExitCode::kUsage, std::string("cannot be written: ") + std::strerror(errno), path};
}

}  // namespace memline::commands
