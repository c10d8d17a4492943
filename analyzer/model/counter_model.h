/// \file What counters say, as plain data: which there are, and what a line, a site or a process has of each.
#pragma once

#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "replay/recording.h"

namespace memline::model {

/// One of the counters that were asked for.
struct CounterColumn {
  std::string name;
  bool nanoseconds = false;
  bool user_only = false;        ///< what the kernel did for the program is not in it
  bool every_event = false;      ///< each event is a sample: nothing is estimated
  std::uint64_t interval = 0;    ///< ns or events between samples; 0: the kernel chose
  std::uint64_t per_second = 0;  ///< samples a second, where the kernel chose the interval
  double scale = 1;              ///< it counted for 1/scale of the time only: sums of samples are to be multiplied
  std::string refusal;           ///< why it was not counted; "": it was
  std::optional<std::uint64_t> total;  ///< of the process, the scale applied; null: not known
  bool total_estimated = false;
};

/// The total by the second, as `perf stat` would show it; nullopt where either is not known.
inline std::optional<double> per_second(const CounterColumn& column, const std::optional<double>& seconds) {
  if (!column.total || !seconds || *seconds <= 0) return std::nullopt;
  return static_cast<double>(*column.total) / (column.nanoseconds ? 1e9 : 1.0) / *seconds;
}

/// What samples add up to. Sums of different lines may be added.
struct CounterSum {
  std::uint64_t value = 0;    ///< events or ns, callees included
  std::uint64_t samples = 0;  ///< that it consists of
  std::uint64_t self = 0;     ///< what of it was sampled right at the line

  CounterSum& operator+=(const CounterSum& other) {
    value += other.value;
    samples += other.samples;
    self += other.self;
    return *this;
  }
};

/// One for each CounterColumn; or none, where there are no samples.
using CounterSums = std::vector<CounterSum>;

inline CounterSum sum_at(const CounterSums& sums, std::size_t column) {
  return column < sums.size() ? sums[column] : CounterSum{};
}

inline void add(CounterSums& sums, const CounterSums& others) {
  if (sums.size() < others.size()) sums.resize(others.size());
  for (std::size_t i = 0; i < others.size(); ++i) sums[i] += others[i];
}

/// One standard deviation of a sum, as a part of it: samples fall on a line like drops of rain, so that n of them stand
/// for n +- sqrt(n). 0 where every event was sampled.
inline double relative_error(const CounterSum& sum, const CounterColumn& column) {
  if (column.every_event || sum.samples == 0) return 0;
  return 1 / std::sqrt(static_cast<double>(sum.samples));
}

/// The counters of an image that were asked for, and where each stands in CounterSums.
class CounterColumns {
 public:
  explicit CounterColumns(const replay::Image& image);

  const std::vector<CounterColumn>& all() const { return columns_; }
  /// By index into Image::counters; none for a counter that nobody asked for.
  std::optional<std::size_t> column_of(std::uint32_t counter) const;
  /// Of a sample, the scale applied.
  std::uint64_t scaled(std::size_t column, std::uint64_t value) const;

 private:
  std::vector<CounterColumn> columns_;
  std::vector<std::optional<std::size_t>> column_by_counter_;
};

}  // namespace memline::model
