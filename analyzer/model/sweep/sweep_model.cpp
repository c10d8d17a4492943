#include "model/sweep/sweep_model.h"

#include <algorithm>

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
    subject.growth = fit_growth(model.n, values);
  }
  std::stable_sort(model.subjects.begin(), model.subjects.end(), [](const SweepSubject& a, const SweepSubject& b) {
    if (a.kind != b.kind) return a.kind < b.kind;
    if (a.growth.order() != b.growth.order()) return a.growth.order() > b.growth.order();
    return last_value(a) > last_value(b);
  });
}

}  // namespace memline::model
