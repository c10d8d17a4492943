#include "render/printable.h"

#include "base/escape.h"

namespace memline::render {

std::string printable(std::string_view text, std::string_view kept) {
  std::string out;
  while (true) {
    const std::size_t end = text.find_first_of(kept);
    out += escape_control(text.substr(0, end));
    if (end == std::string_view::npos) return out;
    out += text[end];
    text.remove_prefix(end + 1);
  }
}

}  // namespace memline::render
