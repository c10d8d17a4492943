#include "model/sweep/sweep_model.h"

#include <algorithm>
#include <cmath>

namespace memline::model {
namespace {

bool is_same(const SweepSubject& a, const SweepSubject& b) {
  return a.kind == b.kind && a.name == b.name && a.file == b.file && a.line == b.line;
}

double last_value(const SweepSubject& subject) {
  for (auto value = subject.values.rbegin(); value != subject.values.rend(); ++value) {
    if (*value) return **value;
  }
  return 0;
}

/// Of a time that was taken once.
constexpr double kNoiseOfOneRun = 0.1;

/// Of runs of one size; 0: there is but one.
double relative_variance(const std::vector<double>& seconds) {
  const auto count = static_cast<double>(seconds.size());
  double mean = 0, squares = 0;
  for (const double value : seconds) mean += value / count;
  if (seconds.size() < 2 || mean <= 0) return 0;
  for (const double value : seconds) squares += (value / mean - 1) * (value / mean - 1);
  return squares / (count - 1);
}

/// The relative standard error of a median of the runs: by the size whose runs differ as usual, since a single run that
/// was held up says nothing of the others.
double noise_of_times(const std::vector<std::vector<double>>& run_seconds) {
  std::vector<double> variances;
  std::size_t runs = 0;
  for (const std::vector<double>& seconds : run_seconds) {
    runs = std::max(runs, seconds.size());
    variances.push_back(relative_variance(seconds));
  }
  if (runs < 2) return kNoiseOfOneRun;
  const auto middle = variances.begin() + static_cast<std::ptrdiff_t>(variances.size() / 2);
  std::nth_element(variances.begin(), middle, variances.end());
  constexpr double kOfMedian = 1.2533;  // as large as the mean's, of the normal distribution
  return kOfMedian * std::sqrt(*middle / static_cast<double>(runs));
}

void note_what_is_not_known(const SweepSubject& subject, const std::vector<double>& values, SweepModel& model) {
  // As if they were exact, it may be known.
  if (subject.kind == SubjectKind::kTime && subject.growth.law == GrowthLaw::kUnknown &&
      fit_growth(model.n, values).law != GrowthLaw::kUnknown) {
    model.notes.emplace_back(model.runs < 2 ? "time: one run of each size does not tell how it grows; -r has more."
                                            : "time: it differs between runs of one size as it does between the sizes, "
                                              "and does not tell how it grows.");
  }
  const bool all_known = std::ranges::all_of(subject.values, [](const auto& value) { return value.has_value(); });
  if (subject.kind == SubjectKind::kRss && !all_known) {
    model.notes.emplace_back("RSS: not known where the program held less than memline did when it started it.");
  }
}

}  // namespace

void add_measured(SweepModel& model, std::size_t n_index, const std::vector<Measured>& measured) {
  for (const Measured& each : measured) {
    auto found = std::find_if(model.subjects.begin(), model.subjects.end(),
                              [&](const SweepSubject& subject) { return is_same(subject, each.subject); });
    if (found == model.subjects.end()) {
      model.subjects.push_back(each.subject);
      found = model.subjects.end() - 1;
      found->values.resize(model.n.size());
    }
    std::optional<double>& value = found->values[n_index];
    value = std::max(value.value_or(each.value), each.value);
  }
}

void finish_sweep(SweepModel& model) {
  // lines that only release
  std::erase_if(model.subjects, [](const SweepSubject& subject) {
    return subject.kind == SubjectKind::kLine &&
           std::all_of(subject.values.begin(), subject.values.end(),
                       [](const std::optional<double>& value) { return value.value_or(0) <= 0; });
  });
  for (SweepSubject& subject : model.subjects) {
    std::vector<double> values;
    for (const std::optional<double>& value : subject.values) values.push_back(value.value_or(0));
    const double noise = subject.kind == SubjectKind::kTime ? noise_of_times(model.run_seconds) : 0;
    subject.growth = fit_growth(model.n, values, noise);
    note_what_is_not_known(subject, values, model);
  }
  std::stable_sort(model.subjects.begin(), model.subjects.end(), [](const SweepSubject& a, const SweepSubject& b) {
    if (a.kind != b.kind) return a.kind < b.kind;
    if (a.growth.order() != b.growth.order()) return a.growth.order() > b.growth.order();
    return last_value(a) > last_value(b);
  });
}

}  // namespace memline::model
