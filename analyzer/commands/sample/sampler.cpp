#include "commands/sample/sampler.h"

#include <algorithm>

namespace memline::commands {

Sampler::Sampler(pid_t pid, const SamplerOptions& options, SampleFileWriter& writer)
    : pid_(pid), options_(options), writer_(writer) {}

std::optional<std::chrono::nanoseconds> Sampler::step() {
  const Clock::time_point now = Clock::now();
  if (now < next_) return next_ - now;
  if (!sample()) return std::nullopt;
  // moments that have passed meanwhile are left out, so that the others stay where they belong
  const auto passed = (Clock::now() - next_) / options_.interval;
  next_ += (passed + 1) * options_.interval;
  return std::max<std::chrono::nanoseconds>(next_ - Clock::now(), std::chrono::nanoseconds(1));
}

bool Sampler::sample() {
  const double time = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  const Result<std::uint64_t> own = read_memory(pid_, options_.metric);
  if (!own) {
    if (own.error().code != ExitCode::kNothing) error_ = own.error();
    return false;
  }
  std::uint64_t sum = *own;
  if (options_.children == ChildrenChoice::kSum) add_descendants(time, sum);
  writer_.add(time, pid_, false, sum);
  if (options_.children == ChildrenChoice::kEach) add_descendants(time, sum);
  ++samples_;
  return true;
}

void Sampler::add_descendants(double time, std::uint64_t& sum) {
  for (const pid_t child : descendants_of(pid_)) {
    const Result<std::uint64_t> bytes = read_memory(child, options_.metric);
    if (!bytes) continue;  // gone meanwhile
    sum += *bytes;
    if (options_.children == ChildrenChoice::kEach) writer_.add(time, child, true, *bytes);
  }
}

}  // namespace memline::commands
