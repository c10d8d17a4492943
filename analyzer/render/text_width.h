/// \file How many terminal columns a UTF-8 text takes, and how to cut it to a number of them. Pure functions.
/// Bytes that are no valid UTF-8 count one column each; base/escape.h has replaced them before a terminal sees them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace memline::render {

/// 0 for combining and other zero-width characters, 2 for wide East Asian ones and emoji, else 1.
int code_point_width(char32_t code_point);

std::size_t text_width(std::string_view text);

/// The marker of what was cut away: one column.
inline constexpr std::string_view kEllipsis = "\u2026";

/// Each returns `text` if it fits into `columns`, else the part that does with the ellipsis in place of the rest.
std::string cut_end(std::string_view text, std::size_t columns);
std::string cut_start(std::string_view text, std::size_t columns);
std::string cut_middle(std::string_view text, std::size_t columns);

/// Tabs become spaces up to the next multiple of `tab_columns`.
std::string expand_tabs(std::string_view text, std::size_t tab_columns);

}  // namespace memline::render
