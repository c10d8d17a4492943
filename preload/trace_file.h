/// \file Which file this process writes its trace to: created, or continued after an exec.
///
/// Never follows a symbolic link, never writes to a file that somebody else made, never takes a trace away from a
/// living process. All by raw system calls; nothing is printed.
#pragma once

#include <cstdint>

#include "memline/trace_block.h"
#include "process_info.h"
#include "text.h"

namespace memline::capture {

struct OpenedTrace {
  int fd = -1;
  bool continued = false;  ///< this process's own trace, begun before an exec
  PathText path;
  long error = 0;  ///< -E... of the last attempt, where fd is -1
};

/// Opens the trace for the process `self`. `path` is what MEMLINE_OUT says. The order: PATH.PID if it is ours, PATH if
/// it is ours, else a new file at PATH, else at PATH.PID, else at PATH.PID.NUMBER. A file in the way is renamed to *.old
/// if it is the trace of a process that is gone. `only_with_pid`: PATH is the parent's, only PATH.PID... will do. The
/// descriptor holds a lock (flock), by which other containers see that the process is alive.
OpenedTrace open_trace(const PathText& path, const Identity& self, bool only_with_pid) noexcept;

/// Reads the header of the trace at `path`. False: no regular file, or no trace of this version.
bool read_trace_header(const char* path, trace::TraceHeader& out) noexcept;

Identity identity_of(const trace::TraceHeader& header) noexcept;
bool same_process(const Identity& a, const Identity& b) noexcept;

}  // namespace memline::capture
