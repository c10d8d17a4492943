/// \file process_alive(): whether the process that writes a trace is still there.
#pragma once

#include "memline/trace_block.h"

namespace memline::replay {

/// A pid alone names nobody for long: start time and boot id must be the same, too. False where /proc cannot tell.
bool process_alive(const trace::TraceHeader& header);

}  // namespace memline::replay
