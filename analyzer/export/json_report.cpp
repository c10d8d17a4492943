#include "export/json.h"
#include "export/json_common.h"

namespace memline::exporting {
namespace {

void add_flow(Json& object, const model::Flow& flow) {
  object["allocated"] = flow.allocated;
  object["freed"] = flow.freed;
  object["allocations"] = flow.allocations;
  object["frees"] = flow.frees;
  object["reallocations"] = flow.reallocations;
  object["mappings"] = flow.mappings;
  object["unmappings"] = flow.unmappings;
}

Json line_object(const model::LineReport& line, const model::ReportModel& report) {
  Json object;
  object["file"] = or_null(line.file);
  object["line"] = or_null(line.line);
  object["text"] = or_null(line.text);
  object["mem_usage"] = or_null(line.mem_usage);
  object["rss"] = or_null(line.rss);
  object["increment"] = line.flow.increment;
  object["peak"] = or_null(line.peak);
  object["seen"] = line.flow.seen;
  object["occurrences"] = or_null(line.occurrences);
  add_flow(object, line.flow);
  object["resident"] = or_null(line.resident);
  object["counters"] = counter_values(line.counters, report.counters);
  return object;
}

Json function_object(const model::FunctionReport& function, const model::ReportModel& report) {
  Json object;
  object["name"] = function.name;
  object["signature"] = function.signature;
  object["file"] = or_null(function.file);
  object["first_line"] = or_null(function.first_line);
  object["last_line"] = or_null(function.last_line);
  object["calls"] = or_null(function.calls);
  object["seen"] = function.flow.seen;
  object["increment"] = function.flow.increment;
  object["peak"] = function.peak;
  add_flow(object, function.flow);
  object["resident"] = or_null(function.resident);
  object["counters"] = counter_values(function.counters, report.counters);
  object["lines"] = Json::array();
  for (const model::LineReport& line : function.lines) object["lines"].push_back(line_object(line, report));
  object["notes"] = function.notes;
  return object;
}

}  // namespace

std::string report_json(const model::ReportModel& report) {
  Json document = start_document("memline.report/1", report.common);
  document["counters"] = counter_list(report.counters);
  document["resident"] = resident_object(report.resident);
  document["functions"] = Json::array();
  for (const model::FunctionReport& function : report.functions) {
    document["functions"].push_back(function_object(function, report));
  }
  return to_text(document);
}

}  // namespace memline::exporting
