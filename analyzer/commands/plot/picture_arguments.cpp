#include "commands/plot/picture_arguments.h"

#include <CLI/CLI.hpp>

#include "commands/output_place.h"
#include "commands/plot/picture_file.h"
#include "render/chart/theme.h"

namespace memline::commands {

void PictureArguments::add_to(CLI::App& app, const std::string& about_out, const std::string& about_title) {
  CLI::Option* const out_option = app.add_option("-o,--out", out, about_out + "; FILE ends in .svg, .png or .html")
                                      ->check(check_picture_name)
                                      ->check(check_output_file)
                                      ->type_name("FILE");
  app.add_option("--title", title, about_title)->type_name("TEXT");
  app.add_option("--theme", theme, "Of the picture")
      ->check(CLI::IsMember({"light", "dark"}))
      ->type_name("light|dark")
      ->needs(out_option)
      ->capture_default_str();
}

std::optional<Error> PictureArguments::write(const views::Chart& chart) const {
  return write_picture(chart, theme == "dark" ? render::kDarkTheme : render::kLightTheme, out);
}

}  // namespace memline::commands
