#include "views/counter_cells.h"

#include <fmt/format.h>

#include "base/escape.h"
#include "base/with_thousands.h"

namespace memline::views {
namespace {

using model::CounterColumn;
using model::CounterSum;

Cell value_cell(const CounterColumn& counter, std::uint64_t value) {
  if (counter.nanoseconds) return Cell::seconds(static_cast<double>(value) / 1e9);
  return Cell::count(static_cast<std::int64_t>(value));
}

/// "8,823", or "0.324 s"
std::string plain_number(const CounterColumn& counter, double value) {
  return counter.nanoseconds ? fmt::format("{:.3f} s", value / 1e9) : with_thousands(value);
}

}  // namespace

std::string counter_title(const CounterColumn& counter) {
  const bool is_cpu_time = counter.name == "task-clock" || counter.name == "cpu-clock";
  return (is_cpu_time ? "CPU time" : counter.name) + (counter.user_only ? " (user)" : "");
}

void add_counter_columns(std::vector<Column>& columns, const std::vector<CounterColumn>& counters, CounterSelf self) {
  for (const CounterColumn& counter : counters) {
    if (!counter.refusal.empty()) continue;
    columns.push_back({counter.name, counter_title(counter), Align::kRight, Shrink::kNever});
    if (!counter.every_event) columns.push_back({counter.name + "_error", "\u00b1%", Align::kRight, Shrink::kNever});
    if (self == CounterSelf::kLeftOut) continue;
    columns.push_back({counter.name + "_self", "self", Align::kRight, Shrink::kNever});
  }
}

void add_counter_cells(std::vector<Cell>& cells, const std::vector<CounterColumn>& counters,
                       const model::CounterSums& sums, CounterSelf self) {
  for (std::size_t i = 0; i < counters.size(); ++i) {
    const CounterColumn& counter = counters[i];
    if (!counter.refusal.empty()) continue;
    const CounterSum sum = sum_at(sums, i);
    const bool any = sum.samples > 0;
    cells.push_back(any ? value_cell(counter, sum.value) : Cell::empty());
    if (!counter.every_event) {
      cells.push_back(any ? Cell::percent(100 * model::relative_error(sum, counter)) : Cell::empty());
    }
    if (self == CounterSelf::kLeftOut) continue;
    cells.push_back(any && sum.self > 0 ? value_cell(counter, sum.self) : Cell::empty());
  }
}

Cell counter_total(const CounterColumn& counter) {
  return counter.total ? value_cell(counter, *counter.total) : Cell::empty();
}

std::vector<std::string> counter_rates(const std::vector<CounterColumn>& counters,
                                       const std::optional<double>& seconds) {
  std::vector<std::string> sentences;
  for (const CounterColumn& counter : counters) {
    const std::optional<double> rate = model::per_second(counter, seconds);
    if (!rate || counter.nanoseconds) continue;
    sentences.push_back(
        fmt::format("perf value for {} averages to {}/second", escape_control(counter.name), with_thousands(*rate)));
  }
  return sentences;
}

std::string counter_sentence(const CounterColumn& counter, const CounterSum& sum, double seconds) {
  std::string text = "perf value for " + escape_control(counter.name) + (counter.user_only ? " (user)" : "");
  const std::string samples =
      sum.samples == 1 ? "1 sample" : with_thousands(static_cast<double>(sum.samples)) + " samples";
  if (!counter.every_event && sum.samples == 0) return text + ": " + samples;
  const auto value = static_cast<double>(sum.value);
  text += seconds > 0 ? " averages to " + plain_number(counter, value / seconds) + "/second, " : ": ";
  text += plain_number(counter, value);
  if (counter.every_event) return text + " in all";
  return text + fmt::format(" \u00b1 {} in all ({})",
                            plain_number(counter, std::ceil(value * model::relative_error(sum, counter))), samples);
}

std::vector<std::string> counter_notes(const std::vector<CounterColumn>& counters, CounterUse use) {
  std::vector<std::string> notes;
  bool estimated = false;
  for (const CounterColumn& counter : counters) {
    if (!counter.refusal.empty()) {
      notes.push_back(fmt::format("{}: {}.", counter.name, counter.refusal));
      continue;
    }
    if (counter.scale > 1) {
      notes.push_back(
          fmt::format("{}: counted for {:.0f} % of the time, and scaled.", counter.name, 100 / counter.scale));
    }
    if (counter.every_event || use == CounterUse::kTotals) continue;
    estimated = true;
    std::string how;
    if (counter.per_second > 0) {
      how = fmt::format("about {} times a second", counter.per_second);
    } else if (counter.nanoseconds) {
      how = fmt::format("every {} ms", static_cast<double>(counter.interval) / 1e6);
    } else {
      how = fmt::format("every {} events", counter.interval);
    }
    notes.push_back(fmt::format("{}: sampled {}.", counter_title(counter), how));
  }
  if (estimated) {
    notes.push_back(std::string(use == CounterUse::kSentences ? "\u00b1" : "\u00b1%") +
                    ": one standard deviation of a sampled number.");
  }
  return notes;
}

}  // namespace memline::views
