#include <cmath>

#include "export/json.h"
#include "export/json_common.h"

namespace memline::exporting {
namespace {

using model::ProgramEnd;

Json end_object(const ProgramEnd& end) {
  switch (end.kind) {
    case ProgramEnd::Kind::kSignal:
      return {{"kind", "signal"}, {"code", end.code}};
    case ProgramEnd::Kind::kTimeout:
      return {{"kind", "timeout"}, {"code", nullptr}};
    case ProgramEnd::Kind::kExit:
      break;
  }
  return {{"kind", "exit"}, {"code", end.code}};
}

void add_memory(Json& object, const std::optional<model::RunMemory>& memory) {
  object["peak"] = memory ? Json(memory->peak) : Json(nullptr);
  object["increment"] = memory ? Json(memory->increment) : Json(nullptr);
}

Json run_object(const model::MeasuredRun& run) {
  Json object;
  object["exit"] = end_object(run.end);
  object["counts"] = run.counts;
  add_memory(object, run.memory);
  object["rss_peak"] = or_null(run.end.peak_rss_bytes);
  object["wall"] = run.end.wall_seconds;
  object["user"] = run.end.user_seconds;
  object["system"] = run.end.system_seconds;
  return object;
}

Json seconds_object(const Statistics& values) {
  if (values.count == 0) return nullptr;
  return {{"worst", values.most}, {"best", values.least}, {"mean", values.mean}, {"stdev", values.deviation}};
}

Json bytes_object(const Statistics& values) {
  if (values.count == 0) return nullptr;
  return {{"worst", std::llround(values.most)},
          {"best", std::llround(values.least)},
          {"mean", std::llround(values.mean)},
          {"stdev", std::llround(values.deviation)}};
}

Json start(std::string_view schema, const std::vector<std::string>& command) {
  Json document;
  document["schema"] = schema;
  document["command"] = command;
  return document;
}

}  // namespace

std::string memit_json(const model::RepeatedRuns& runs) {
  Json document = start("memline.memit/1", runs.command);
  document["function"] = or_null(runs.function);
  document["repeat"] = runs.runs.size();
  document["counted"] = runs.over_runs(model::wall_of).count;
  document["peak"] = bytes_object(runs.over_runs(model::peak_of));
  document["increment"] = bytes_object(runs.over_runs(model::increment_of));
  document["rss_peak"] = bytes_object(runs.over_runs(model::rss_of));
  document["wall"] = seconds_object(runs.over_runs(model::wall_of));
  document["cpu"] = seconds_object(runs.over_runs(model::cpu_of));
  document["runs"] = Json::array();
  for (const model::MeasuredRun& run : runs.runs) document["runs"].push_back(run_object(run));
  document["notes"] = runs.notes;
  return to_text(document);
}

std::string time_json(const model::RepeatedRuns& runs) {
  const model::MeasuredRun& run = runs.runs.front();
  Json document = start("memline.time/1", runs.command);
  document["exit"] = end_object(run.end);
  document["user"] = run.end.user_seconds;
  document["system"] = run.end.system_seconds;
  document["total"] = run.end.cpu_seconds();
  document["wall"] = run.end.wall_seconds;
  document["rss_peak"] = or_null(run.end.peak_rss_bytes);
  add_memory(document, run.memory);
  document["notes"] = runs.notes;
  return to_text(document);
}

std::string timeit_json(const model::TimedRuns& timed) {
  Json document = start("memline.timeit/1", timed.command);
  document["loops"] = timed.loops;
  document["repeat"] = timed.runs.size();
  std::vector<double> per_loop;
  Json all_runs = Json::array(), rss_peaks = Json::array();
  for (const model::TimedRun& run : timed.runs) {
    per_loop.push_back(run.seconds / static_cast<double>(timed.loops));
    all_runs.push_back(run.seconds);
    rss_peaks.push_back(or_null(run.peak_rss_bytes));
  }
  const Statistics seconds = summarize(per_loop);
  document["best"] = seconds.least;
  document["worst"] = seconds.most;
  document["average"] = seconds.mean;
  document["stdev"] = seconds.deviation;
  document["all_runs"] = std::move(all_runs);
  document["rss_peaks"] = std::move(rss_peaks);
  add_memory(document, timed.memory);
  document["notes"] = timed.notes;
  return to_text(document);
}

}  // namespace memline::exporting
