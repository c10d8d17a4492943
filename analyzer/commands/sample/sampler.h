/// \file Sampler: looks at a process, and if asked to at its descendants, whenever an interval has passed.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/result.h"
#include "commands/sample/process_memory.h"
#include "commands/sample/sample_file_writer.h"

namespace memline::commands {

enum class ChildrenChoice : std::uint8_t { kNone, kSum, kEach };

struct SamplerOptions {
  MemoryMetric metric = MemoryMetric::kRss;
  ChildrenChoice children = ChildrenChoice::kNone;
  std::chrono::nanoseconds interval{};
};

class Sampler {
 public:
  /// `writer` must outlive it.
  Sampler(pid_t pid, const SamplerOptions& options, SampleFileWriter& writer);

  /// Takes a sample if one is due. Returns how long it is until the next one; nullopt: the process is gone, or it cannot
  /// be looked at, which error() then says.
  std::optional<std::chrono::nanoseconds> step();
  const std::optional<Error>& error() const { return error_; }
  std::size_t samples() const { return samples_; }

 private:
  using Clock = std::chrono::steady_clock;
  bool sample();
  void add_descendants(double time, std::uint64_t& sum);

  pid_t pid_;
  SamplerOptions options_;
  SampleFileWriter& writer_;
  Clock::time_point next_ = Clock::now();
  std::optional<Error> error_;
  std::size_t samples_ = 0;
};

}  // namespace memline::commands
