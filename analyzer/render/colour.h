/// \file The colours of the text output, stated once. SGR codes that every terminal since the VT100 family knows.
#pragma once

#include <string_view>

namespace memline::render {

inline constexpr std::string_view kPlain = "\x1b[0m";
inline constexpr std::string_view kTitleColour = "\x1b[1m";
inline constexpr std::string_view kHotColour = "\x1b[1;31m";
inline constexpr std::string_view kQuietColour = "\x1b[2m";
inline constexpr std::string_view kTotalColour = "\x1b[1m";
inline constexpr std::string_view kNoteColour = "\x1b[33m";

}  // namespace memline::render
