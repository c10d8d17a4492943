#include "export/json.h"
#include "export/json_common.h"

namespace memline::exporting {
namespace {

const char* kind_name(model::CurveKind kind) {
  static constexpr const char* kNames[] = {"heap", "rss", "resident", "samples", "child"};
  return kNames[static_cast<std::size_t>(kind)];
}

Json point(const model::TimePoint& point) {
  return Json::array({point.seconds, static_cast<std::int64_t>(point.bytes)});
}

Json curve_object(const model::Curve& curve) {
  Json object;
  object["kind"] = kind_name(curve.kind);
  object["name"] = curve.name;
  object["steps"] = curve.steps;
  object["peak"] = curve.peak ? point(*curve.peak) : Json(nullptr);
  object["slope"] = curve.fit ? finite_or_null(curve.fit->per_second) : Json(nullptr);
  Json& points = object["points"] = Json::array();
  for (const model::TimePoint& each : curve.points) points.push_back(point(each));
  return object;
}

Json stretch_object(const model::Stretch& stretch) {
  Json object;
  object["name"] = stretch.name;
  object["kind"] = stretch.is_call ? "call" : "span";
  object["begin"] = point(stretch.begin);
  object["end"] = stretch.ended ? point(stretch.end) : Json(nullptr);
  return object;
}

Json timeline_object(const model::Timeline& timeline) {
  Json object;
  object["recording"] = timeline.label;
  if (timeline.common) add_common(object, *timeline.common);
  object["from"] = finite_or_null(timeline.from);
  object["to"] = finite_or_null(timeline.to);
  Json& curves = object["curves"] = Json::array();
  for (const model::Curve& curve : timeline.curves) curves.push_back(curve_object(curve));
  Json& stretches = object["stretches"] = Json::array();
  for (const model::Stretch& stretch : timeline.stretches) stretches.push_back(stretch_object(stretch));
  for (const std::string& note : timeline.notes) object["notes"].push_back(note);
  return object;
}

}  // namespace

std::string timelines_json(std::span<const model::Timeline> timelines) {
  Json document;
  document["schema"] = "memline.plot/1";
  Json& list = document["timelines"] = Json::array();
  for (const model::Timeline& timeline : timelines) list.push_back(timeline_object(timeline));
  return to_text(document);
}

}  // namespace memline::exporting
