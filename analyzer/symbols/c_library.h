/// \file is_c_library(): whether a module belongs to the system's C library.
///
/// Every stack starts in it and many events end in it, but no function of the program, not even an inlined one, is
/// compiled into it: so its debug information, which is large, need not be read where only the program's own code is
/// asked about.
#pragma once

#include "symbols/symbolizer.h"

namespace memline::symbols {

/// By the names that glibc and musl install in system folders. A C library anywhere else may be somebody's work.
bool is_c_library(const ModuleFile& file);

}  // namespace memline::symbols
