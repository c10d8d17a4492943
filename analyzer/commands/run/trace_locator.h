/// \file TraceLocator: finds the trace that a process writes, from outside.
///
/// The preload names the file (MEMLINE_OUT with its % escapes, trace.bin.PID where the name is taken); the header in
/// the file tells whose it is, so the file is found by looking, not by agreeing on the rules of naming.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "memline/trace_block.h"

namespace memline::commands {

/// A process, distinguished from later ones with the same pid.
struct ProcessName {
  std::uint32_t pid = 0;
  std::uint64_t start = 0;  ///< field 22 of /proc/PID/stat
};
/// `start` is 0 if there is no such process.
ProcessName name_process(std::uint32_t pid);

/// The header of the trace at `path`; magic is not kFileMagic if it is none.
trace::TraceHeader read_trace_header(const std::string& path);

class TraceLocator {
 public:
  /// `out` as in MEMLINE_OUT, relative to `folder` (absolute: the working directory in which the process began).
  TraceLocator(const std::string& out, const std::string& folder);

  /// The trace of `process`; "" if there is none (yet).
  std::string find(const ProcessName& process) const;
  /// Every file that a process with this `out` may have written, and perhaps others.
  std::vector<std::string> candidates() const;

 private:
  std::string pattern_;  ///< for glob(3)
};

}  // namespace memline::commands
