#include "export/json.h"
#include "export/json_common.h"

namespace memline::exporting {
namespace {

Json subject_object(const model::SweepSubject& subject, const model::SweepModel& sweep) {
  static constexpr const char* kKinds[] = {"line", "function", "process", "rss", "time"};
  Json object;
  object["kind"] = kKinds[static_cast<std::size_t>(subject.kind)];
  object["name"] = subject.name;
  object["file"] = text_or_null(subject.file);
  object["line"] = subject.line == 0 ? Json(nullptr) : Json(subject.line);
  const bool is_time = subject.kind == model::SubjectKind::kTime;
  object["unit"] = is_time ? "seconds" : "bytes";
  Json& values = object["values"] = Json::array();
  for (const std::optional<double>& value : subject.values) {
    values.push_back(!value ? Json(nullptr) : is_time ? Json(*value) : Json(static_cast<std::int64_t>(*value)));
  }
  if (is_time) object["all_runs"] = sweep.run_seconds;
  const model::GrowthFit& growth = subject.growth;
  const bool known = growth.law != model::GrowthLaw::kUnknown;
  object["growth"] = text_or_null(model::growth_name(growth));
  object["constant"] = known ? finite_or_null(growth.constant) : Json(nullptr);
  object["factor"] = known ? finite_or_null(growth.factor) : Json(nullptr);
  object["error"] = known ? finite_or_null(growth.error) : Json(nullptr);
  const std::optional<model::Exponent>& exponent = growth.exponent;
  object["exponent"] = exponent ? finite_or_null(exponent->value) : Json(nullptr);
  object["exponent_low"] = exponent ? finite_or_null(exponent->low) : Json(nullptr);
  object["exponent_high"] = exponent ? finite_or_null(exponent->high) : Json(nullptr);
  return object;
}

}  // namespace

std::string sweep_json(const model::SweepModel& sweep) {
  Json document;
  document["schema"] = "memline.sweep/1";
  document["command"] = sweep.command;
  document["n"] = sweep.n;
  document["runs"] = sweep.runs;
  Json& subjects = document["subjects"] = Json::array();
  for (const model::SweepSubject& subject : sweep.subjects) subjects.push_back(subject_object(subject, sweep));
  document["notes"] = sweep.notes;
  return to_text(document);
}

}  // namespace memline::exporting
