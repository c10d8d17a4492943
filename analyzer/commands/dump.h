/// \file dump(): prints every record of a trace, one a line, in the order of time.
#pragma once

#include <iosfwd>
#include <string>

#include "base/result.h"

namespace memline {

/// kUnreadable if parts of the trace were damaged; what is readable is printed, and where it is not is told at the end.
Result<ExitCode> dump(const std::string& path, std::ostream& out);

}  // namespace memline
