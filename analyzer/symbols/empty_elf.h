/// \file The smallest ELF image that libdw takes for debug information, and that has none.
///
/// libdw looks for the file named by .gnu_debugaltlink by itself when it meets the first reference into it, and opens
/// whatever has that name. Giving it this image instead keeps it from doing so; references into it just fail.
#pragma once

#include <vector>

namespace memline::symbols {

std::vector<char> empty_debug_image();

}  // namespace memline::symbols
