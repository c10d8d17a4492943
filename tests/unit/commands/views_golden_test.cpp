// What `report`, `top`, `heap` and `summary` print, from models made by hand, on terminals of 80 and 200 columns and
// into a pipe: long C++ names, numbers from 0 B to 100 TiB.
#include "golden/golden.h"
#include "render/text.h"
#include "support/catch.h"
#include "views/heap_view.h"
#include "views/lines_view.h"
#include "views/summary_view.h"
#include "views/top_view.h"

using namespace memline;

namespace {

constexpr std::int64_t kKi = 1024, kMi = kKi * 1024, kGi = kMi * 1024, kTi = kGi * 1024;

constexpr char kLongName[] =
    "std::__detail::_Map_base<std::string, std::pair<std::string const, std::vector<double>>>::operator[]";

model::CommonInfo program() {
  model::CommonInfo common;
  common.program.command = {"./build/ridge", "--rows", "1000000"};
  common.program.executable = "/home/user/project/build/ridge";
  common.program.pid = 4711;
  common.program.host = "workstation";
  common.program.duration = 12.345678;
  common.program.exit = {"exit", 0};
  return common;
}

model::LineReport line(std::uint32_t number, const char* text) {
  model::LineReport report;
  report.line = number;
  report.text = text;
  return report;
}

model::LineReport line(std::uint32_t number, const char* text, std::int64_t usage, std::int64_t increment,
                       std::int64_t peak, std::uint64_t seen) {
  model::LineReport report = line(number, text);
  report.mem_usage = usage;
  report.peak = peak;
  report.flow.increment = increment;
  report.flow.seen = seen;
  return report;
}

model::ReportModel report() {
  model::FunctionReport function;
  function.name = "ridge_regression";
  function.signature =
      "Eigen::Matrix<double, -1, 1, 0, -1, 1> ridge_regression(Eigen::Matrix<double, -1, -1, 0, -1, -1> const&, "
      "Eigen::Matrix<double, -1, 1, 0, -1, 1> const&, double)";
  function.file = "/home/user/project/source/ridge.cpp";
  function.first_line = 8;
  function.last_line = 14;
  function.source_state = model::SourceState::kOk;
  function.source = {"Vector ridge_regression(const Matrix& x, const Vector& y, double lambda) {",
                     "  // the Gram matrix, and what is added to its diagonal so that it can be inverted",
                     "\tMatrix gram = x.transpose() * x;  // \u6f22\u5b57, caf\u00e9",
                     "\tstd::puts(\"\x1b[31mred\\n\");",
                     "\tMatrix scaled = gram * 0.5;",
                     "\treturn gram.ldlt().solve(x.transpose() * y);",
                     "}"};
  function.lines = {line(8, function.source[0].c_str()),
                    line(10, function.source[2].c_str(), 100 * kTi, 100 * kTi, 100 * kTi, 1),
                    line(11, function.source[3].c_str(), 100 * kTi, 0, 0, 1),
                    line(12, function.source[4].c_str(), 12 * kGi, -12 * kKi - 512, 3 * kMi, 1234567),
                    line(13, function.source[5].c_str(), 1023, 1023, 1023, 10),
                    line(14, function.source[6].c_str())};
  function.flow.seen = 3;
  function.flow.increment = 100 * kTi - 12 * kKi - 512 + 1023;
  function.peak = 100 * kTi;

  model::FunctionReport idle;
  idle.name = "idle";
  idle.signature = "idle()";
  idle.file = "/home/user/project/source/idle.cpp";
  idle.first_line = 3;
  idle.last_line = 3;
  idle.source_state = model::SourceState::kMissing;
  idle.lines = {line(3, "")};
  idle.lines[0].text.reset();
  idle.notes = {"No event happened while idle was on a stack."};

  model::ReportModel model;
  model.common = program();
  model.common.losses.notes = {"2 frees of blocks whose allocation was not recorded: counted as 0 bytes"};
  model.common.still_running = true;
  model.common.notes = {"The program was still running: this is what it had recorded so far."};
  model.functions = {function, idle};
  return model;
}

model::Site site(const char* file, std::uint32_t number, const char* function, std::int64_t at_peak,
                 std::uint64_t allocations) {
  model::Site site;
  site.file = file;
  site.line = number;
  site.function = function;
  site.module = "/home/user/project/build/ridge";
  site.costs = {static_cast<std::uint64_t>(at_peak),    allocations, at_peak, at_peak / 2, allocations / 3,
                static_cast<std::uint64_t>(at_peak / 4)};
  return site;
}

model::TopModel top() {
  model::TopModel model;
  model.common = program();
  model.sites = {site("/home/user/project/source/index/word_index.cpp", 1234, kLongName, 100 * kTi, 9876543210),
                 site("/home/user/project/source/main.cpp", 7, "main", 12 * kMi + 345 * kKi, 3),
                 site("/home/user/project/source/empty.cpp", 1, "empty", 0, 1)};
  model::Site unknown = site("", 0, "inflate", 99, 2);
  unknown.file.reset();
  unknown.line.reset();
  unknown.module = "/usr/lib/x86_64-linux-gnu/libz.so.1";
  unknown.why = "no debug information";
  model.sites.push_back(unknown);
  return model;
}

/// The second site was looked at by nobody.
model::TopModel top_with_resident() {
  model::TopModel model = top();
  model.has_resident = true;
  model.common.notes = {"Resident: seen 3.2 ms before the peak; 98.00 % of the bytes at peak were looked at."};
  for (model::Site& site : model.sites) {
    site.costs.looked_at_peak = site.costs.at_peak;
    site.costs.resident_at_peak = site.costs.at_peak / 2;
  }
  model.sites[1].costs.looked_at_peak = model.sites[1].costs.resident_at_peak = 0;
  return model;
}

model::HeapModel heap() {
  model::HeapModel model;
  model.common = program();
  model.at = "peak";
  model.by = "line";
  model.at_time = 1.5;
  const auto add = [&](const std::string& kind, std::uint64_t count, std::uint64_t bytes) {
    model.rows.push_back({kind, std::nullopt, std::nullopt, std::nullopt, count, bytes});
    model.count += count;
    model.bytes += bytes;
  };
  add(std::string("/home/user/project/source/index/word_index.cpp:1234 ") + kLongName, 1234567,
      static_cast<std::uint64_t>(100 * kTi));
  add("/home/user/project/source/main.cpp:7 main", 12, static_cast<std::uint64_t>(512 * kKi));
  add("libz.so.1!inflate (no debug information)", 1, 0);
  return model;
}

model::SummaryModel summary() {
  model::SummaryModel model{program(), {}};
  model.totals = {.threads = 3,
                  .allocations = 9876543210,
                  .frees = 9876543000,
                  .reallocations = 17,
                  .mappings = 1,
                  .unmappings = 0,
                  .allocated = static_cast<std::uint64_t>(100 * kTi),
                  .freed = static_cast<std::uint64_t>(100 * kTi - 5 * kMi),
                  .peak = 12 * kGi,
                  .peak_time = 0.001234,
                  .at_end = 5 * kMi,
                  .temporary = 42,
                  .temporary_bytes = 0,
                  .leaked_blocks = 210,
                  .max_rss = 0};
  model.common.losses.events = 3;
  model.common.losses.bytes = 96;
  model.common.losses.complete = false;
  return model;
}

void check_everywhere(const std::string& name, const std::vector<views::Table>& tables) {
  const auto print = [&](const render::TextStyle& style) {
    std::string text;
    for (const views::Table& table : tables) text += render::render_text(table, style) + "\n";
    return text;
  };
  test::check_golden(name + "_80.txt", print({80, false, {}}));
  test::check_golden(name + "_80_colour.txt", print({80, true, {}}));
  test::check_golden(name + "_200.txt", print({200, false, {}}));
  test::check_golden(name + "_pipe.txt", print({0, false, {}}));
}

}  // namespace

TEST_CASE("golden: report") {
  const model::ReportModel model = report();
  std::vector<views::Table> tables;
  for (const model::FunctionReport& function : model.functions) tables.push_back(views::lines_view(model, function));
  check_everywhere("report", tables);
}

TEST_CASE("golden: top") {
  check_everywhere("top", {views::top_view(top(), 3)});
}

TEST_CASE("golden: top with what is in RAM") {
  check_everywhere("top_resident", {views::top_view(top_with_resident(), 3)});
}

TEST_CASE("golden: heap") {
  check_everywhere("heap", {views::heap_view(heap(), 2)});
}

TEST_CASE("golden: summary") {
  check_everywhere("summary", {views::summary_view(summary())});
}
