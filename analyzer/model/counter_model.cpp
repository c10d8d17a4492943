#include "model/counter_model.h"

namespace memline::model {
namespace {

std::uint64_t scaled_by(double scale, std::uint64_t value) {
  return scale > 1 ? static_cast<std::uint64_t>(std::llround(static_cast<double>(value) * scale)) : value;
}

}  // namespace

CounterColumns::CounterColumns(const replay::Image& image) : column_by_counter_(image.counters.size()) {
  for (std::size_t i = 0; i < image.counters.size(); ++i) {
    const replay::CounterInfo& counter = image.counters[i];
    if (!counter.asked_for || counter.name.empty()) continue;
    CounterColumn column;
    column.name = counter.name;
    column.nanoseconds = counter.unit == trace::CounterUnit::kNanoseconds;
    column.user_only = counter.user_only;
    const bool fixed = counter.sampling == trace::Sampling::kEvery;
    column.every_event = fixed && counter.interval == 1;
    column.interval = fixed ? counter.interval : 0;
    column.per_second = fixed ? 0 : counter.interval;
    column.refusal = counter.refusal;
    if (counter.total) {
      constexpr double kNoticeable = 1.01;  // the clocks are read one after the other
      const double share =
          static_cast<double>(counter.total->enabled_ns) / static_cast<double>(counter.total->counting_ns);
      if (counter.total->counting_ns > 0 && share > kNoticeable) column.scale = share;
      column.total = scaled_by(column.scale, counter.total->value);
    }
    column.total_estimated = counter.total && (counter.total->estimated || column.scale > 1);
    column_by_counter_[i] = columns_.size();
    columns_.push_back(std::move(column));
  }
}

std::optional<std::size_t> CounterColumns::column_of(std::uint32_t counter) const {
  return counter < column_by_counter_.size() ? column_by_counter_[counter] : std::nullopt;
}

std::uint64_t CounterColumns::scaled(std::size_t column, std::uint64_t value) const {
  return scaled_by(columns_[column].scale, value);
}

}  // namespace memline::model
