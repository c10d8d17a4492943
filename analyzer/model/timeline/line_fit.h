/// \file Least-squares lines through curves. Pure.
#pragma once

#include <optional>
#include <span>

#include "model/timeline/timeline.h"

namespace memline::model {

/// Of a step curve, by integrals over time instead of sums over points, so that an hour counts for more than a second
/// however many events either has. Values are taken to hold until the next one.
class StepFit {
 public:
  /// The curve is `bytes` from `seconds` on; in order of time.
  void add(double seconds, double bytes) {
    if (!begun_) {
      begun_ = true;
      begin_ = seconds;
    }
    const double t = seconds - begin_;
    area_ += bytes_ * (t - last_);
    moment_ += bytes_ * (t * t - last_ * last_) / 2;
    last_ = t;
    bytes_ = bytes;
  }
  /// The curve ends here; nullopt where it has no extent in time.
  std::optional<LineFit> finish(double seconds);

 private:
  bool begun_ = false;
  double begin_ = 0, last_ = 0, bytes_ = 0;
  double area_ = 0, moment_ = 0;  ///< the integrals of y and of t*y, t counted from begin_
};

/// The ordinary one, of samples that all count alike; nullopt below two different times.
std::optional<LineFit> fit_line(std::span<const TimePoint> samples);

}  // namespace memline::model
