#include "export/json.h"
#include "export/json_common.h"

namespace memline::exporting {
namespace {

/// Those that were counted, by name. No value where there is no sample to estimate one from.
Json region_counters(const model::Region& region, const std::vector<model::CounterColumn>& counters) {
  Json values = Json::object();
  for (std::size_t i = 0; i < counters.size(); ++i) {
    const model::CounterColumn& counter = counters[i];
    if (!counter.refusal.empty()) continue;
    const model::CounterSum sum = sum_at(region.counters, i);
    Json object;
    for (const char* const key : {"value", "per_second", "error"}) object[key] = nullptr;
    object["samples"] = sum.samples;
    if (counter.every_event || sum.samples > 0) {
      const double unit = counter.nanoseconds ? 1e9 : 1.0;
      const double value = static_cast<double>(sum.value) / unit;
      object["value"] = counter_number(sum.value, counter);
      if (region.time_delta > 0) object["per_second"] = finite_or_null(value / region.time_delta);
      object["error"] = value * model::relative_error(sum, counter);
    }
    values[counter.name] = std::move(object);
  }
  return values;
}

}  // namespace

std::string regions_json(const model::RegionModel& regions) {
  Json document = start_document("memline.regions/1", regions.common);
  document["metric"] = regions.metric == model::RegionMetric::kHeap ? "heap" : "rss";
  document["counters"] = counter_list(regions.counters);
  document["regions"] = Json::array();
  for (const model::Region& region : regions.regions) {
    Json object;
    object["name"] = region.name;
    object["kind"] = region.kind == model::RegionKind::kSpan ? "span" : "function";
    object["thread"] = region.tid;
    object["begin"] = finite_or_null(region.begin);
    object["time_delta"] = finite_or_null(region.time_delta);
    object["memory_delta"] = region.memory_delta;
    object["memory_peak"] = region.memory_peak;
    object["memory_usage"] = region.memory_usage;
    object["peak_abs"] = region.memory_usage + region.memory_peak;
    object["counters"] = region_counters(region, regions.counters);
    document["regions"].push_back(std::move(object));
  }
  return to_text(document);
}

}  // namespace memline::exporting
