#include "export/json.h"
#include "export/json_common.h"

namespace memline::exporting {
namespace {

Json place_object(const model::TouchedPlace& place) {
  Json object;
  object["file"] = or_null(place.file);
  object["line"] = or_null(place.line);
  object["function"] = or_null(place.function);
  return object;
}

}  // namespace

std::string touched_json(const model::TouchedModel& touched) {
  Json document = start_document("memline.touched/1", touched.common);
  document["resident"] = resident_object(touched.resident);
  document["rows"] = Json::array();
  for (const model::TouchedRow& row : touched.rows) {
    Json object;
    object["bytes"] = row.bytes;
    object["allocated"] = place_object(row.allocated);
    object["resident"] = place_object(row.resident);
    document["rows"].push_back(std::move(object));
  }
  return to_text(document);
}

}  // namespace memline::exporting
