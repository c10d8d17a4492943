// In place of png.cpp where cairo's headers were missing when memline was built.
#include "render/chart/png.h"

namespace memline::render {

Result<std::string> render_png(const Drawing& /*drawing*/, double /*scale*/) {
  return Error{ExitCode::kUsage, "this memline was built without cairo, which PNG needs; .svg and .html need nothing"};
}

}  // namespace memline::render
