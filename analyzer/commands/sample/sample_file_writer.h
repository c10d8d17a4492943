/// \file SampleFileWriter: writes samples as they come, as CSV or in memory_profiler's .dat (model/samples/sample_file.h).
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <iosfwd>
#include <string>

namespace memline::commands {

enum class SampleFormat : std::uint8_t { kCsv, kDat };

class SampleFileWriter {
 public:
  /// Writes the beginning. `out` must outlive it; `command` may be empty.
  SampleFileWriter(std::ostream& out, SampleFormat format, const std::string& metric, const std::string& command);

  /// Whole lines, at once: whoever reads along never sees half a sample.
  void add(double time, pid_t pid, bool is_child, std::uint64_t bytes);

 private:
  std::ostream& out_;
  SampleFormat format_;
};

}  // namespace memline::commands
