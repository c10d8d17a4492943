/// \file How memline_block() of marker.h asks for a block: by a Mark record of this name, whose value is the address.
///
/// A double holds every whole number below 2^53, and user space ends at 2^47 unless a program asks for more.
#pragma once

#include <string_view>

namespace memline {

inline constexpr std::string_view kAskedBlockMark = "memline_block";

}  // namespace memline
