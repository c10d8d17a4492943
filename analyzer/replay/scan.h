/// \file scan(): the first pass over a trace: everything but the events.
#pragma once

#include <string>

#include "base/result.h"
#include "replay/recording.h"

namespace memline::replay {

/// Reads the trace at `path`. Damage is counted in losses, and what is readable is kept; an Error only where nothing
/// can be read (no such file, not a trace, another version). Stack ids of lanes are not kept: replay() meets the same
/// Stack records again and finds the same nodes in image.stacks.
Result<Recording> scan(const std::string& path);

}  // namespace memline::replay
