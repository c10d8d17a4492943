#include "sampling/sampler.h"

#include <algorithm>
#include <system_error>
#include <type_traits>
#include <utility>
#include <variant>

#include "base/monotonic_clock.h"
#include "sampling/code_mappings.h"

namespace memline::sampling {
namespace {

constexpr int kRoundMs = 10;
/// A processor writes a record within this time from stamping it, interrupts included.
constexpr std::uint64_t kSettledNs = 1'000'000;

}  // namespace

Sampler::Sampler(std::vector<CounterSpec> specs, CountedProcess process, SampleSink& sink)
    : pid_(process.pid), sink_(sink), events_(std::move(specs), process) {
  // the kernel tells of mappings as they are made: of those that are there already /proc does
  if (process.is_running) for_each_code_mapping(pid_, [this](const MapRecord& map) { handle(map); });
}

Sampler::~Sampler() {
  finish();
}

void Sampler::start() {
  if (!events_.any()) return;
  try {
    thread_ = std::thread([this] {
      try {
        work();
      } catch (...) {
        failed_ = true;
      }
    });
  } catch (const std::system_error&) {
    // no thread to be had: the rings are read at the end, and what did not fit is counted as lost
  }
}

void Sampler::finish() {
  if (stop_.exchange(true)) return;
  if (thread_.joinable()) thread_.join();
  if (failed_) return totals_.clear();  // of the samples that came
  if (!events_.any()) return;
  round(~std::uint64_t{0});
  take_totals();
}

void Sampler::work() {
  while (!stop_.load(std::memory_order_relaxed)) {
    events_.wait(kRoundMs);
    const std::uint64_t settled_ns = monotonic_ns() - kSettledNs;
    round(settled_ns);
    sink_.on_round(settled_ns);
  }
}

void Sampler::round(std::uint64_t settled_ns) {
  events_.drain([this](std::span<const std::byte> record) {
    const std::optional<std::uint64_t> time = record_time(record);
    if (!time) return;
    waiting_.push_back({*time, bytes_.size(), record.size()});
    bytes_.insert(bytes_.end(), record.begin(), record.end());
  });
  std::stable_sort(waiting_.begin(), waiting_.end(),
                   [](const Waiting& a, const Waiting& b) { return a.time_ns < b.time_ns; });
  const auto done = std::upper_bound(waiting_.begin(), waiting_.end(), settled_ns,
                                     [](std::uint64_t time, const Waiting& w) { return time < w.time_ns; });
  for (auto at = waiting_.begin(); at != done; ++at) handle(std::span(bytes_).subspan(at->offset, at->bytes));
  std::vector<std::byte> rest;
  std::vector<Waiting> still;
  for (auto at = done; at != waiting_.end(); ++at) {
    still.push_back({at->time_ns, rest.size(), at->bytes});
    const auto begin = bytes_.begin() + static_cast<std::ptrdiff_t>(at->offset);
    rest.insert(rest.end(), begin, begin + static_cast<std::ptrdiff_t>(at->bytes));
  }
  bytes_.assign(rest.begin(), rest.end());
  waiting_ = std::move(still);
}

void Sampler::handle(std::span<const std::byte> bytes) {
  const PerfRecord record = parse_record(bytes, [this](std::uint64_t event) {
    const std::size_t counter = events_.counter_of(event);
    return counter < counters().size() && counters()[counter].spec.faults;
  });
  std::visit(
      [this](const auto& known) {
        if constexpr (!std::is_same_v<std::decay_t<decltype(known)>, std::monostate>) handle(known);
      },
      record);
}

void Sampler::handle(const SampleRecord& sample) {
  const std::size_t counter = events_.counter_of(sample.event);
  if (counter >= counters().size()) return;
  std::vector<ProcessTotal>& totals = totals_[sample.pid];
  totals.resize(counters().size());
  totals[counter].value += sample.period;
  const trace::StackEnd end = walk_stack(sample, code_[sample.pid], frames_);
  TakenSample taken{sample.pid, sample.tid, sample.time_ns, counter, sample.period, std::nullopt, frames_, end};
  if (counters()[counter].spec.faults) taken.address = sample.address;
  sink_.on_sample(taken);
}

void Sampler::handle(const MapRecord& map) {
  code_[map.pid].add(map, files_);
}

void Sampler::handle(const ExecRecord& exec) {
  code_[exec.pid] = {};
  totals_[exec.pid];
  sink_.on_program(exec.pid, exec.time_ns);
}

void Sampler::handle(const ForkRecord& fork) {
  if (fork.pid == fork.parent_pid) return;
  code_[fork.pid] = code_[fork.parent_pid];
  totals_[fork.pid];
  sink_.on_program(fork.pid, fork.time_ns);
}

void Sampler::handle(const LostRecord& lost) {
  lost_ += lost.records;
  sink_.on_lost(lost.time_ns, lost.records);
}

/// The kernel tells the sum over all processes: where no other had a sample, the first one's. Else each gets what its
/// samples say, which is all there is to count if every event was sampled and none was lost.
void Sampler::take_totals() {
  for (auto& [pid, totals] : totals_) totals.resize(counters().size());
  totals_[pid_].resize(counters().size());
  const bool alone = std::all_of(totals_.begin(), totals_.end(), [this](const auto& entry) {
    return entry.first == pid_ || std::all_of(entry.second.begin(), entry.second.end(),
                                              [](const ProcessTotal& total) { return total.value == 0; });
  });
  for (std::size_t i = 0; i < counters().size(); ++i) {
    const Reading all = events_.read(i);
    const CounterSpec& spec = counters()[i].spec;
    const bool every_event = spec.sampling == trace::Sampling::kEvery && spec.interval == 1 && lost_ == 0;
    for (auto& [pid, totals] : totals_) {
      const bool whole = alone && pid == pid_;
      if (whole) totals[i].value = all.value;
      totals[i].enabled_ns = all.enabled_ns;
      totals[i].counting_ns = all.counting_ns;
      totals[i].estimated = !whole && !every_event;
    }
  }
}

}  // namespace memline::sampling
