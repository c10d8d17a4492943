/// \file SamplingRun: counters and samples of a program that is being recorded, to its end: taken by `memline run` from
/// before it begins, by the sidecar from where it is.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "commands/run/sample_writer.h"
#include "commands/run/trace_locator.h"
#include "sampling/sampler.h"

namespace memline::commands {

/// What is to be counted where the user asks for `list` ("" for nothing), and whether page faults are, too, from which
/// the resident bytes of lines are made.
Result<std::vector<sampling::CounterSpec>> choose_counters(const std::string& list, bool resident);

class SamplingRun {
 public:
  /// `locator` must outlive this. `begin_ns`: when the program of a running process began.
  SamplingRun(std::vector<sampling::CounterSpec> counters, const TraceLocator& locator,
              sampling::CountedProcess process, std::uint64_t begin_ns, std::uint64_t most_bytes);
  /// "cache-misses: not supported here", for each counter that was asked for and is not to be had.
  std::vector<std::string> refusals() const;
  /// The program has ended: writes what is left. To be called before its trace is finished.
  void finish();

 private:
  std::optional<SampleWriter> writer_;
  std::optional<sampling::Sampler> sampler_;  ///< last: its thread uses the writer
};

}  // namespace memline::commands
