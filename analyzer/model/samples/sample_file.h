/// \file SampleFile: memory of processes as somebody looked at it from outside: what `memline sample` and memory_profiler's
/// mprof write. Plain data.
///
/// The .dat format of memory_profiler 0.61: lines of words, the first of which says what the line is; memory in MiB,
/// times in seconds since the epoch:
///
///     CMDLINE command
///     MEM mib time
///     CHLD pid mib time
///     FUNC name mib_at_begin begin mib_at_end end [depth]
///
/// The CSV of `memline sample`: the columns time, pid and the metric, which names the third one; memory in bytes. The first
/// row's process is the one that was watched, others are its children.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace memline::model {

struct MemorySample {
  double time = 0;  ///< seconds since the epoch
  double bytes = 0;
};

struct SampledProcess {
  std::int64_t pid = 0;  ///< 0: the watched one of a .dat, which does not say
  std::vector<MemorySample> samples;
};

struct SampledCall {
  std::string function;
  MemorySample begin, end;
};

struct SampleFile {
  std::string command;  ///< "" where it is not known
  std::string metric;   ///< "rss", "pss", ...; "" where it is not known
  SampledProcess watched;
  std::vector<SampledProcess> children;  ///< in order of their first sample
  std::vector<SampledCall> calls;
  bool cut_off = false;  ///< the last line was not whole: whoever wrote it was killed
};

/// Whether a text begins like one of the two formats.
bool looks_like_samples(std::string_view beginning);

/// Errors name the line. A last line without its end is left out.
Result<SampleFile> parse_samples(std::string_view text, const std::string& path);

}  // namespace memline::model
