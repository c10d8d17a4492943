/// \file short_time(): a time with 3 significant digits in the unit that fits, as IPython's %time and %timeit print it
/// (IPython.core.magics.execution). Pure.
#pragma once

#include <string>

namespace memline {

/// "1min 23s", "1.23 s", "123 ms", "1.2 µs", "0 ns". Never "1e+03 ms": what rounds to the next unit is shown in it.
std::string short_time(double seconds);

}  // namespace memline
