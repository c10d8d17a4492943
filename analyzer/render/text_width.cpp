#include "render/text_width.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>

namespace memline::render {
namespace {

struct Range {
  char32_t first, last;
};

// Nonspacing and enclosing marks and format characters of the scripts that identifiers and paths are written in.
constexpr auto kZeroWidth = std::to_array<Range>({
    {0x0300, 0x036f}, {0x0483, 0x0489},   {0x0591, 0x05bd},   {0x05bf, 0x05bf},   {0x05c1, 0x05c2}, {0x05c4, 0x05c5},
    {0x05c7, 0x05c7}, {0x0610, 0x061a},   {0x064b, 0x065f},   {0x0670, 0x0670},   {0x06d6, 0x06dc}, {0x06df, 0x06e4},
    {0x06e7, 0x06e8}, {0x06ea, 0x06ed},   {0x0711, 0x0711},   {0x0730, 0x074a},   {0x0900, 0x0902}, {0x093a, 0x093a},
    {0x093c, 0x093c}, {0x0941, 0x0948},   {0x094d, 0x094d},   {0x0951, 0x0957},   {0x0e31, 0x0e31}, {0x0e34, 0x0e3a},
    {0x0e47, 0x0e4e}, {0x1160, 0x11ff},   {0x1ab0, 0x1aff},   {0x1dc0, 0x1dff},   {0x200b, 0x200f}, {0x202a, 0x202e},
    {0x2060, 0x2064}, {0x20d0, 0x20f0},   {0x302a, 0x302d},   {0x3099, 0x309a},   {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f},
    {0xfeff, 0xfeff}, {0x1f3fb, 0x1f3ff}, {0xe0001, 0xe007f}, {0xe0100, 0xe01ef},
});

// East Asian Wide and Fullwidth, and the emoji that terminals draw in two columns.
constexpr auto kWide = std::to_array<Range>({
    {0x1100, 0x115f},   {0x231a, 0x231b},   {0x2329, 0x232a},   {0x23e9, 0x23ec},   {0x23f0, 0x23f0},
    {0x23f3, 0x23f3},   {0x25fd, 0x25fe},   {0x2614, 0x2615},   {0x2648, 0x2653},   {0x267f, 0x267f},
    {0x2693, 0x2693},   {0x26a1, 0x26a1},   {0x26aa, 0x26ab},   {0x26bd, 0x26be},   {0x26c4, 0x26c5},
    {0x26ce, 0x26ce},   {0x26d4, 0x26d4},   {0x26ea, 0x26ea},   {0x26f2, 0x26f3},   {0x26f5, 0x26f5},
    {0x26fa, 0x26fa},   {0x26fd, 0x26fd},   {0x2705, 0x2705},   {0x270a, 0x270b},   {0x2728, 0x2728},
    {0x274c, 0x274c},   {0x274e, 0x274e},   {0x2753, 0x2755},   {0x2757, 0x2757},   {0x2795, 0x2797},
    {0x27b0, 0x27b0},   {0x27bf, 0x27bf},   {0x2b1b, 0x2b1c},   {0x2b50, 0x2b50},   {0x2b55, 0x2b55},
    {0x2e80, 0x303e},   {0x3041, 0x33ff},   {0x3400, 0x4dbf},   {0x4e00, 0xa4cf},   {0xa960, 0xa97f},
    {0xac00, 0xd7a3},   {0xf900, 0xfaff},   {0xfe10, 0xfe19},   {0xfe30, 0xfe6f},   {0xff00, 0xff60},
    {0xffe0, 0xffe6},   {0x16fe0, 0x16fe4}, {0x17000, 0x18cff}, {0x1b000, 0x1b2ff}, {0x1f004, 0x1f004},
    {0x1f0cf, 0x1f0cf}, {0x1f18e, 0x1f18e}, {0x1f191, 0x1f19a}, {0x1f200, 0x1f265}, {0x1f300, 0x1f320},
    {0x1f32d, 0x1f335}, {0x1f337, 0x1f37c}, {0x1f37e, 0x1f393}, {0x1f3a0, 0x1f3ca}, {0x1f3cf, 0x1f3d3},
    {0x1f3e0, 0x1f3f0}, {0x1f3f4, 0x1f3f4}, {0x1f3f8, 0x1f43e}, {0x1f440, 0x1f440}, {0x1f442, 0x1f4fc},
    {0x1f4ff, 0x1f53d}, {0x1f54b, 0x1f567}, {0x1f57a, 0x1f57a}, {0x1f595, 0x1f596}, {0x1f5a4, 0x1f5a4},
    {0x1f5fb, 0x1f64f}, {0x1f680, 0x1f6c5}, {0x1f6cc, 0x1f6cc}, {0x1f6d0, 0x1f6d2}, {0x1f6d5, 0x1f6d7},
    {0x1f6dc, 0x1f6df}, {0x1f6eb, 0x1f6ec}, {0x1f6f4, 0x1f6fc}, {0x1f7e0, 0x1f7eb}, {0x1f90c, 0x1f93a},
    {0x1f93c, 0x1f945}, {0x1f947, 0x1f9ff}, {0x1fa70, 0x1faff}, {0x20000, 0x3fffd},
});

template <std::size_t kCount>
constexpr bool ascends(const std::array<Range, kCount>& ranges) {
  for (std::size_t i = 0; i < kCount; ++i) {
    if (ranges[i].first > ranges[i].last || (i > 0 && ranges[i - 1].last >= ranges[i].first)) return false;
  }
  return true;
}
static_assert(ascends(kZeroWidth) && ascends(kWide), "the search below needs sorted ranges");

template <std::size_t kCount>
bool contains(const std::array<Range, kCount>& ranges, char32_t code_point) {
  const auto after = std::upper_bound(ranges.begin(), ranges.end(), code_point,
                                      [](char32_t value, const Range& range) { return value < range.first; });
  return after != ranges.begin() && code_point <= std::prev(after)->last;
}

struct Glyph {
  std::size_t bytes;
  int width;
};

/// The first character of a text that is not empty.
Glyph first_glyph(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {1, 1};
  const std::size_t length = lead >= 0xf0 && lead < 0xf5 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 1;
  if (length == 1 || lead >= 0xf5 || text.size() < length) return {1, 1};
  char32_t code_point = lead & (0x7fU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return {1, 1};
    code_point = (code_point << 6) | (byte(i) & 0x3fU);
  }
  return {length, code_point_width(code_point)};
}

/// The longest start of `text` that takes at most `columns`.
std::string_view fitting_start(std::string_view text, std::size_t columns) {
  std::size_t bytes = 0;
  std::size_t used = 0;
  while (bytes < text.size()) {
    const Glyph glyph = first_glyph(text.substr(bytes));
    if (used + static_cast<std::size_t>(glyph.width) > columns) break;
    used += static_cast<std::size_t>(glyph.width);
    bytes += glyph.bytes;
  }
  return text.substr(0, bytes);
}

/// The longest end of `text` that takes at most `columns`.
std::string_view fitting_end(std::string_view text, std::size_t columns) {
  std::size_t width = text_width(text);
  while (width > columns) {
    const Glyph glyph = first_glyph(text);
    width -= static_cast<std::size_t>(glyph.width);
    text.remove_prefix(glyph.bytes);
  }
  return text;
}

}  // namespace

int code_point_width(char32_t code_point) {
  if (code_point < 0x0300) return 1;
  if (contains(kZeroWidth, code_point)) return 0;
  return contains(kWide, code_point) ? 2 : 1;
}

std::size_t text_width(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) {
    const Glyph glyph = first_glyph(text);
    width += static_cast<std::size_t>(glyph.width);
    text.remove_prefix(glyph.bytes);
  }
  return width;
}

std::string cut_end(std::string_view text, std::size_t columns) {
  if (text_width(text) <= columns) return std::string(text);
  if (columns == 0) return {};
  return std::string(fitting_start(text, columns - 1)) + std::string(kEllipsis);
}

std::string cut_start(std::string_view text, std::size_t columns) {
  if (text_width(text) <= columns) return std::string(text);
  if (columns == 0) return {};
  return std::string(kEllipsis) + std::string(fitting_end(text, columns - 1));
}

std::string cut_middle(std::string_view text, std::size_t columns) {
  if (text_width(text) <= columns) return std::string(text);
  if (columns == 0) return {};
  // the end of a symbol tells more than its middle: it gets the larger half
  const std::size_t start = (columns - 1) / 2;
  const std::size_t end = columns - 1 - start;
  return std::string(fitting_start(text, start)) + std::string(kEllipsis) + std::string(fitting_end(text, end));
}

std::string expand_tabs(std::string_view text, std::size_t tab_columns) {
  std::string expanded;
  std::size_t column = 0;
  while (!text.empty()) {
    if (text.front() == '\t') {
      const std::size_t spaces = tab_columns - column % tab_columns;
      expanded.append(spaces, ' ');
      column += spaces;
      text.remove_prefix(1);
      continue;
    }
    const Glyph glyph = first_glyph(text);
    expanded.append(text.substr(0, glyph.bytes));
    column += static_cast<std::size_t>(glyph.width);
    text.remove_prefix(glyph.bytes);
  }
  return expanded;
}

}  // namespace memline::render
