/// \file escape_control(): makes any text from a trace or a program harmless to print.
///
/// Names, paths and command lines come from programs and may hold anything: terminal escape sequences, line breaks,
/// bytes that are no UTF-8. Every renderer sends such texts through this.
#pragma once

#include <string>
#include <string_view>

namespace memline {

/// `text` with its control characters (C0, DEL, C1), line and paragraph separators, bidirectional controls and bytes
/// that are not valid UTF-8 written as \n, \t, \r, \xNN or \u{NNNN}; a backslash becomes \\. Everything else, valid
/// UTF-8 included, stays as it is.
std::string escape_control(std::string_view text);

}  // namespace memline
