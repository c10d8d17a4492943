#include "render/chart/braille_canvas.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

#include "render/colour.h"

namespace memline::render {
namespace {

/// The bit of each dot, by row and column, in the order in which Unicode numbers them (The Unicode Standard, 21.1).
constexpr std::array<std::array<std::uint8_t, 2>, 4> kDotBits = {
    {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}}};

/// U+2800 + dots in UTF-8.
std::string braille(std::uint8_t dots) {
  std::string text = "\xe2";
  text += static_cast<char>(0xa0 | (dots >> 6));
  text += static_cast<char>(0x80 | (dots & 0x3f));
  return text;
}

std::size_t sequence_bytes(char first) {
  const auto byte = static_cast<unsigned char>(first);
  return byte < 0xc0 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
}

}  // namespace

void BrailleCanvas::dot(std::int64_t x, std::int64_t y, std::string_view sgr, std::string_view sign) {
  const auto column = static_cast<std::size_t>(x) / kDotColumns, row = static_cast<std::size_t>(y) / kDotRows;
  if (x < 0 || y < 0 || column >= columns_ || row >= rows()) return;
  Cell& cell = cells_[row * columns_ + column];
  cell.sgr = sgr;
  cell.character = sign;
  cell.dots |= kDotBits[static_cast<std::size_t>(y) % kDotRows][static_cast<std::size_t>(x) % kDotColumns];
}

void BrailleCanvas::line(std::span<const Pixel> dots, std::string_view sgr, std::string_view sign) {
  const auto whole = [](double value) { return static_cast<std::int64_t>(std::floor(value)); };
  for (std::size_t i = 0; i < dots.size(); ++i) {
    const Pixel& to = dots[i];
    const Pixel& from = dots[i == 0 ? 0 : i - 1];
    const std::int64_t dx = whole(to.x) - whole(from.x), dy = whole(to.y) - whole(from.y);
    const std::int64_t steps = std::max<std::int64_t>({std::abs(dx), std::abs(dy), 1});
    for (std::int64_t step = 0; step <= steps; ++step) {
      const double part = static_cast<double>(step) / static_cast<double>(steps);
      dot(whole(from.x) + std::llround(part * static_cast<double>(dx)),
          whole(from.y) + std::llround(part * static_cast<double>(dy)), sgr, sign);
    }
  }
}

void BrailleCanvas::text(std::size_t column, std::size_t row, std::string_view text, std::string_view sgr) {
  for (; !text.empty() && column < columns_ && row < rows(); ++column) {
    const std::size_t bytes = std::min(sequence_bytes(text.front()), text.size());
    Cell& cell = cells_[row * columns_ + column];
    cell.character = text.substr(0, bytes);
    cell.sgr = sgr;
    text.remove_prefix(bytes);
  }
}

bool BrailleCanvas::is_free(std::size_t column, std::size_t row, std::size_t count) const {
  if (row >= rows() || column + count > columns_) return false;
  const auto first = cells_.begin() + static_cast<std::ptrdiff_t>(row * columns_ + column);
  return std::all_of(first, first + static_cast<std::ptrdiff_t>(count),
                     [](const Cell& cell) { return cell.dots == 0 && cell.character.empty(); });
}

std::string BrailleCanvas::row(std::size_t row) const {
  std::size_t end = columns_;
  const auto at = [&](std::size_t column) -> const Cell& { return cells_[row * columns_ + column]; };
  while (end > 0 && at(end - 1).dots == 0 && at(end - 1).character.empty()) --end;
  std::string out, current;
  for (std::size_t column = 0; column < end; ++column) {
    const Cell& cell = at(column);
    const bool is_empty = cell.dots == 0 && cell.character.empty();
    const std::string& sgr = is_empty ? current : cell.sgr;
    if (sgr != current) {
      if (!current.empty()) out += kPlain;
      out += sgr;
      current = sgr;
    }
    out += is_empty ? " " : !cell.character.empty() ? cell.character : braille(cell.dots);
  }
  if (!current.empty()) out += kPlain;
  return out;
}

}  // namespace memline::render
