#include "model/repeated_runs.h"

namespace memline::model {

std::optional<double> peak_of(const MeasuredRun& run) {
  return run.memory ? std::optional(static_cast<double>(run.memory->peak)) : std::nullopt;
}

std::optional<double> increment_of(const MeasuredRun& run) {
  return run.memory ? std::optional(static_cast<double>(run.memory->increment)) : std::nullopt;
}

std::optional<double> rss_of(const MeasuredRun& run) {
  return run.end.peak_rss_bytes ? std::optional(static_cast<double>(*run.end.peak_rss_bytes)) : std::nullopt;
}

std::optional<double> wall_of(const MeasuredRun& run) {
  return run.end.wall_seconds;
}

std::optional<double> cpu_of(const MeasuredRun& run) {
  return run.end.cpu_seconds();
}

}  // namespace memline::model
