#include "model/timeline/line_fit.h"

namespace memline::model {

std::optional<LineFit> StepFit::finish(double seconds) {
  add(seconds, 0);
  const double length = last_;
  if (!(length > 0)) return std::nullopt;
  // the integrals of 1, t and t*t over the extent, put into the normal equations
  const double slope = (moment_ - length / 2 * area_) / (length * length * length / 12);
  const double at_begin = area_ / length - slope * length / 2;
  return LineFit{at_begin - slope * begin_, slope};
}

std::optional<LineFit> fit_line(std::span<const TimePoint> samples) {
  if (samples.empty()) return std::nullopt;
  const auto count = static_cast<double>(samples.size());
  double mean_t = 0, mean_y = 0;
  for (const TimePoint& sample : samples) {
    mean_t += sample.seconds / count;
    mean_y += sample.bytes / count;
  }
  double variance = 0, covariance = 0;
  for (const TimePoint& sample : samples) {
    variance += (sample.seconds - mean_t) * (sample.seconds - mean_t);
    covariance += (sample.seconds - mean_t) * (sample.bytes - mean_y);
  }
  if (!(variance > 0)) return std::nullopt;
  const double slope = covariance / variance;
  return LineFit{mean_y - slope * mean_t, slope};
}

}  // namespace memline::model
