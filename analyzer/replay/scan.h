/// \file scan(): the first pass over a trace: everything but the events.
#pragma once

#include <memory>
#include <string>

#include "base/progress.h"
#include "base/result.h"
#include "replay/recording.h"
#include "trace/byte_source.h"

namespace memline::replay {

/// Reads the trace at `path`. Damage is counted in losses, and what is readable is kept; an Error only where nothing
/// can be read (no such file, not a trace, another version). `progress` may be null.
Result<Recording> scan(const std::string& path, Progress* progress = nullptr);

/// The same for a trace that is not a file (tests, fuzzers). A forked child's parent is still looked for on disk,
/// unless `follow_parent` is false.
Result<Recording> scan(std::unique_ptr<trace::ByteSource> source, bool follow_parent = true);

}  // namespace memline::replay
