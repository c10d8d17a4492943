#include "export/json.h"
#include "export/json_common.h"

namespace memline::exporting {

std::string regions_json(const model::RegionModel& regions) {
  Json document = start_document("memline.regions/1", regions.common);
  document["metric"] = regions.metric == model::RegionMetric::kHeap ? "heap" : "rss";
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
    document["regions"].push_back(std::move(object));
  }
  return to_text(document);
}

}  // namespace memline::exporting
