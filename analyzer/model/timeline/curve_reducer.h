/// \file CurveReducer: a step curve of any length, reduced to a bounded number of points so that no peak is lost.
///
/// The window is cut into equal buckets of time, and of each the first, the lowest, the highest and the last value are
/// kept: drawn into no more pixel columns than there are buckets, the reduced curve covers the pixels of the whole one
/// (M4: Jugel et al., "M4: A Visualization-Oriented Time Series Data Aggregation", VLDB 2014). Memory: the buckets.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace memline::model {

struct CurvePoint {
  std::uint64_t ticks = 0;
  std::int64_t value = 0;

  friend bool operator==(const CurvePoint&, const CurvePoint&) = default;
};

class CurveReducer {
 public:
  /// Of the window [begin, end], with the value that the curve has before its first change.
  CurveReducer(std::uint64_t begin, std::uint64_t end, std::size_t buckets, std::int64_t start_value = 0);

  /// The curve is `value` from `ticks` on. In order of time; what comes earlier than the one before counts as equal to
  /// it. Before the window it sets the value with which the curve enters; behind it, it is ignored.
  void add(std::uint64_t ticks, std::int64_t value) {
    if (ticks >= bucket_end_ || ticks < begin_) {
      if (!enter_bucket(ticks, value)) return;
    } else if (ticks < last_.ticks) {
      ticks = last_.ticks;
    }
    last_ = {ticks, value};
    if (value > high_.value) {
      high_ = last_;
      low_is_later_ = false;
    } else if (value < low_.value) {
      low_ = last_;
      low_is_later_ = true;
    }
  }

  /// The highest point inside the window, the first of equals.
  CurvePoint highest() const;
  /// In order of time, from the beginning of the window to its end. The last call.
  std::vector<CurvePoint> take();

 private:
  /// Closes the bucket and opens that of `ticks`, with this value as its first; false: it lies outside of the window.
  bool enter_bucket(std::uint64_t ticks, std::int64_t value);
  void close_bucket();
  void emit(const CurvePoint& point);

  std::uint64_t begin_, end_, width_;
  std::uint64_t bucket_end_;
  CurvePoint first_, low_, high_, last_;  ///< of the open bucket
  bool low_is_later_ = false;             ///< than high_
  CurvePoint highest_;                    ///< of the buckets that are closed
  std::vector<CurvePoint> points_;
};

}  // namespace memline::model
