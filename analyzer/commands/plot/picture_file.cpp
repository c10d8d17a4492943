#include "commands/plot/picture_file.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "render/chart/chart_layout.h"
#include "render/chart/svg.h"

namespace memline::commands {

std::string check_picture_name(const std::string& path) {
  const std::string extension = std::filesystem::path(path).extension().native();
  if (extension == ".svg") return {};
  return "not a name that ends in .svg: " + path;
}

std::optional<Error> write_picture(const views::Chart& chart, const render::Theme& theme, const std::string& path) {
  const std::string bytes = render::render_svg(render::lay_out(chart, theme));
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  file.close();
  if (file) return std::nullopt;
  return Error{ExitCode::kUsage, std::string("cannot be written: ") + std::strerror(errno), path};
}

}  // namespace memline::commands
