#include "commands/run/sampling_run.h"

#include <algorithm>
#include <utility>

namespace memline::commands {

Result<std::vector<sampling::CounterSpec>> choose_counters(const std::string& list, bool resident) {
  std::vector<sampling::CounterSpec> specs;
  if (!list.empty()) {
    Result<std::vector<sampling::CounterSpec>> asked_for = sampling::parse_counters(list);
    if (!asked_for) return asked_for.error();
    specs = std::move(asked_for).value();
  }
  const bool has_faults =
      std::any_of(specs.begin(), specs.end(), [](const sampling::CounterSpec& spec) { return spec.faults; });
  if (resident && !has_faults) specs.push_back(sampling::page_faults(false));
  return specs;
}

SamplingRun::SamplingRun(std::vector<sampling::CounterSpec> counters, const TraceLocator& locator,
                         sampling::CountedProcess process, std::uint64_t begin_ns, std::uint64_t most_bytes) {
  if (counters.empty()) return;
  writer_.emplace(locator, process.pid, begin_ns, most_bytes);
  sampler_.emplace(std::move(counters), process, *writer_);
  writer_->set_counters(sampler_->counters());
  sampler_->start();
}

std::vector<std::string> SamplingRun::refusals() const {
  std::vector<std::string> lines;
  if (!sampler_) return lines;
  for (const sampling::OpenedCounter& counter : sampler_->counters()) {
    if (counter.spec.asked_for && !counter.spec.refusal.empty()) {
      lines.push_back(counter.spec.name + ": " + counter.spec.refusal);
    }
  }
  return lines;
}

void SamplingRun::finish() {
  if (!sampler_) return;
  sampler_->finish();
  writer_->finish(sampler_->totals());
}

}  // namespace memline::commands
