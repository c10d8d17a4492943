/// \file printable(): escape_control() for cells. Backslashes stay single: in a table nobody decodes the escapes, and
/// source text that is full of "\n" is to be read as it stands.
#pragma once

#include <string>
#include <string_view>

namespace memline::render {

/// `text` with everything that base/escape.h finds harmful escaped, except the characters in `kept`.
std::string printable(std::string_view text, std::string_view kept = "\\");

}  // namespace memline::render
