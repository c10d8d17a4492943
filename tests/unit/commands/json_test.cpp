#include "export/json.h"

#include <nlohmann/json.hpp>

#include "support/catch.h"

using namespace memline;
using nlohmann::json;

namespace {

std::vector<std::string> keys_of(const json& object) {
  std::vector<std::string> keys;
  for (const auto& item : object.items()) keys.push_back(item.key());
  return keys;
}

/// Whether `object` has all of `keys`. More are allowed: fields may be added.
void check_keys(const json& object, std::initializer_list<const char*> keys) {
  for (const char* key : keys) {
    INFO(key);
    CHECK(object.contains(key));
  }
}

model::CommonInfo some_program() {
  model::CommonInfo common;
  common.program.command = {"./app", "--fast"};
  common.program.executable = "/tmp/app";
  common.program.pid = 42;
  common.program.host = "here";
  common.program.start = 1700000000.5;
  common.program.duration = 1.25;
  common.program.exit = {"signal", 9};
  common.losses.unknown_frees = 3;
  return common;
}

}  // namespace

TEST_CASE("json: program and losses as the contract has them") {
  const json document = json::parse(exporting::summary_json({some_program(), {}}));
  CHECK(document["schema"] == "memline.summary/1");
  check_keys(document["program"],
             {"command", "executable", "pid", "parent", "host", "start", "duration", "exit", "images"});
  CHECK(document["program"]["command"] == json::array({"./app", "--fast"}));
  CHECK(document["program"]["parent"].is_null());
  CHECK(document["program"]["exit"] == json({{"kind", "signal"}, {"code", 9}}));
  check_keys(document["losses"], {"events", "bytes", "unknown_frees", "short_stacks", "complete", "notes"});
  CHECK(document["losses"]["unknown_frees"] == 3);
  CHECK(document["losses"]["complete"] == true);
  check_keys(document["losses"]["stack_ends"],
             {"root", "depth_limit", "no_unwind_information", "unreadable_memory", "lost", "not_recorded"});
}

TEST_CASE("json: what a trace does not tell is null") {
  model::CommonInfo nothing_known;
  for (const char* kind : {"unknown", "exec"}) {
    nothing_known.program.exit.kind = kind;
    const json program = json::parse(exporting::summary_json({nothing_known, {}}))["program"];
    CHECK(program["exit"]["code"].is_null());
    for (const char* key : {"command", "executable", "host", "duration", "parent"}) {
      INFO(key);
      CHECK(program[key].is_null());
    }
  }
  model::TopModel top;
  top.sites.emplace_back();
  const json document = json::parse(exporting::top_json(top, 0));
  CHECK(document["sites"][0]["module"].is_null());
  CHECK(document["totals"]["peak"].is_null());
  CHECK(document["totals"]["peak_time"].is_null());
  CHECK(json::parse(exporting::heap_json({}, 0))["at_time"].is_null());
}

TEST_CASE("json: how many stacks are short, and how they ended") {
  model::SummaryModel summary{some_program(), {}};
  for (const auto fate :
       {replay::StackFate::kRoot, replay::StackFate::kDepthLimit, replay::StackFate::kLost, replay::StackFate::kNone}) {
    summary.common.losses.stacks.count(fate);
  }
  const json document = json::parse(exporting::summary_json(summary));
  CHECK(document["short_stack_share"] == 0.5);
  CHECK(document["losses"]["short_stacks"] == 2);
  CHECK(document["losses"]["stack_ends"] == json({{"root", 1},
                                                  {"depth_limit", 1},
                                                  {"no_unwind_information", 0},
                                                  {"unreadable_memory", 0},
                                                  {"lost", 1},
                                                  {"not_recorded", 1}}));
}

TEST_CASE("json: summary") {
  model::SummaryModel summary{some_program(), {}};
  summary.totals.peak = std::int64_t{100} << 40;
  const json document = json::parse(exporting::summary_json(summary));
  check_keys(document, {"threads", "allocations", "frees", "reallocations", "mappings", "unmappings", "allocated",
                        "freed", "peak", "peak_time", "at_end", "temporary", "temporary_bytes", "leaked_blocks"});
  CHECK(document["peak"] == 109951162777600);
  CHECK(document["max_rss"].is_null());  // no sample
}

TEST_CASE("json: report; what is unknown is null") {
  model::ReportModel report;
  report.common = some_program();
  model::FunctionReport function;
  function.name = "f";
  function.signature = "f(int)";
  function.file = "/src/f.cpp";
  function.first_line = 8;
  function.last_line = 9;
  model::LineReport quiet;
  quiet.line = 8;
  model::LineReport busy;
  busy.line = 9;
  busy.text = "return g();";
  busy.mem_usage = 100;
  busy.peak = 50;
  busy.flow = {.seen = 2, .increment = -10, .allocated = 40, .freed = 50, .allocations = 1, .frees = 2};
  model::LineReport no_line;
  function.lines = {quiet, busy, no_line};
  report.functions = {function};

  const json document = json::parse(exporting::report_json(report));
  CHECK(document["schema"] == "memline.report/1");
  const json& shown = document["functions"][0];
  check_keys(shown, {"name", "signature", "file", "first_line", "last_line", "calls", "seen", "increment", "peak",
                     "allocated", "freed", "allocations", "frees", "reallocations", "mappings", "unmappings", "lines"});
  CHECK(shown["calls"].is_null());
  const json& lines = shown["lines"];
  REQUIRE(lines.size() == 3);
  check_keys(lines[0],
             {"file", "line", "text", "mem_usage", "rss", "increment", "peak", "seen", "occurrences", "allocated",
              "freed", "allocations", "frees", "reallocations", "mappings", "unmappings", "resident", "counters"});
  CHECK(lines[0]["mem_usage"].is_null());
  CHECK(lines[0]["peak"].is_null());
  CHECK(lines[0]["rss"].is_null());
  CHECK(lines[0]["increment"] == 0);
  CHECK(lines[0]["seen"] == 0);
  CHECK(lines[1]["increment"] == -10);
  CHECK(lines[1]["mem_usage"] == 100);
  CHECK(lines[1]["text"] == "return g();");
  CHECK(lines[1]["counters"] == json::object());
  CHECK(lines[2]["line"].is_null());
}

TEST_CASE("json: top and heap") {
  model::TopModel top;
  top.common = some_program();
  top.sites.resize(3);
  top.sites[0].why = "stripped";
  const json document = json::parse(exporting::top_json(top, 2));
  CHECK(document["schema"] == "memline.top/1");
  CHECK(document["sites"].size() == 2);
  check_keys(document["sites"][0],
             {"file", "line", "function", "module", "why", "text", "allocated", "allocations", "at_peak", "at_end",
              "temporary", "temporary_bytes", "resident_at_peak", "resident_at_end"});
  CHECK(document["sites"][0]["line"].is_null());
  CHECK(document["sites"][0]["why"] == "stripped");
  CHECK(document["sites"][1]["why"].is_null());
  CHECK(json::parse(exporting::top_json(top, 0))["sites"].size() == 3);

  model::HeapModel heap;
  heap.common = some_program();
  heap.at = "peak";
  heap.by = "line";
  heap.count = 2;
  heap.bytes = 7;
  heap.rows = {{"a.cpp:1", "a.cpp", 1, "f", 2, 7}};
  const json partition = json::parse(exporting::heap_json(heap, 0));
  CHECK(partition["schema"] == "memline.heap/1");
  check_keys(partition, {"at", "by", "count", "bytes", "seconds_to_look", "rows"});
  CHECK(keys_of(partition["rows"][0]).size() == 8);
  check_keys(partition["rows"][0], {"kind", "file", "line", "function", "count", "bytes", "resident", "rule"});
}

TEST_CASE("json: no name reaches a terminal raw") {
  model::SummaryModel summary{some_program(), {}};
  summary.common.program.executable = "/tmp/\x1b[31m\u009b\xff\xfe caf\u00e9";
  const std::string text = exporting::summary_json(summary);
  CHECK(std::all_of(text.begin(), text.end(), [](char c) { return c == '\n' || (c >= ' ' && c <= '~'); }));
  CHECK(json::parse(text)["program"]["executable"] == "/tmp/\x1b[31m\u009b\ufffd\ufffd caf\u00e9");
}
