/// \file column_widths(): how wide each column of a table becomes on a terminal of a given width. Pure.
#pragma once

#include <cstddef>
#include <vector>

namespace memline::render {

/// What a column asks for.
struct ColumnWish {
  std::size_t wanted = 0;   ///< its widest cell
  std::size_t minimum = 0;  ///< below this it does not go; == wanted where it may not shrink
};

inline constexpr std::size_t kColumnGap = 2;

/// Widths that, with the gaps between, fit into `available` (0: unlimited): the widest columns give way first, down to
/// one common width. Where not even the minimums fit, they are returned, and the lines are longer than the terminal.
std::vector<std::size_t> column_widths(const std::vector<ColumnWish>& wishes, std::size_t available);

}  // namespace memline::render
