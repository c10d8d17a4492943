/// \file What every JSON report has in common: "program", "losses", and the way values are written. For this folder
/// only.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "model/common_info.h"
#include "model/counter_model.h"
#include "model/report_model.h"
#include "model/summary_model.h"

namespace memline::exporting {

/// Fields stay in the order in which the contract lists them.
using Json = nlohmann::ordered_json;

template <class T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

/// A damaged trace can make any number: JSON has no infinities.
Json finite_or_null(const std::optional<double>& value);
/// A text that was not recorded is null.
Json text_or_null(const std::string& text);

/// "program", "losses" and what else every report says, appended to `object`.
void add_common(Json& object, const model::CommonInfo& common);
/// {"schema": ..., "program": ..., "losses": ...}
Json start_document(std::string_view schema, const model::CommonInfo& common);
/// The fields of a summary's totals, appended to `object`.
void add_totals(Json& object, const model::Totals& totals);
/// Events, or seconds.
Json counter_number(std::uint64_t value, const model::CounterColumn& counter);
/// Which counters there are, and why some are not.
Json counter_list(const std::vector<model::CounterColumn>& counters);
/// By name: value, self, samples, and one standard deviation as `error`; times in seconds. No samples: no entry.
Json counter_values(const model::CounterSums& sums, const std::vector<model::CounterColumn>& counters);
/// Null fields: not measured, and why if that is known.
Json resident_object(const model::ResidentTotals& resident);
std::string to_text(const Json& document);

}  // namespace memline::exporting
