/// \file render_csv(): a Table as RFC 4180 text for other programs: keys as titles, sizes as whole bytes, no units.
#pragma once

#include <string>

#include "views/table.h"

namespace memline::render {

/// The line of column keys, then one line a row; every line ends in CR LF. Empty cells are empty fields. Headings and
/// notes are for people and are left out.
std::string render_csv(const views::Table& table);

}  // namespace memline::render
