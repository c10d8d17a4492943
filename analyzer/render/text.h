/// \file render_text(): a Table as aligned text for a terminal or a pipe.
///
/// Everything that comes out of a trace or a source file passes printable.h, so that no name can move the cursor
/// or change colours. Wider than the terminal: the columns that may shrink (Column::shrink) are cut, the widest first;
/// numbers never are, and where they leave the last column too little room, its longer texts go to a line of their own.
/// Pure: the caller finds out width and colour.
#pragma once

#include <cstddef>
#include <string>

#include "render/units.h"
#include "views/table.h"

namespace memline::render {

struct TextStyle {
  std::size_t width_columns = 0;  ///< of the terminal; 0: unlimited, as for a pipe
  bool colour = false;
  ByteFormat bytes = {};
};

/// Heading lines, a blank line, the table with a rule under its titles, a blank line and the notes; ends in a newline.
std::string render_text(const views::Table& table, const TextStyle& style);

}  // namespace memline::render
