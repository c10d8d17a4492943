#include "views/lines_view.h"

#include "support/catch.h"
#include "table_text.h"

namespace memline::views {
namespace {

model::LineReport code_line(std::uint32_t number, const char* text) {
  model::LineReport line;
  line.line = number;
  line.text = text;
  return line;
}

model::LineReport event_line(std::uint32_t number, const char* text, std::int64_t mem_usage, std::int64_t increment,
                             std::int64_t peak, std::uint64_t seen) {
  model::LineReport line = code_line(number, text);
  line.mem_usage = mem_usage;
  line.peak = peak;
  line.flow.increment = increment;
  line.flow.seen = seen;
  return line;
}

/// Lines 8 to 12 of a function, with events on 9 and 11.
model::ReportModel make_report() {
  model::FunctionReport function;
  function.name = "solve";
  function.signature = "solve(int)";
  function.file = "/src/solve.cpp";
  function.first_line = 8;
  function.last_line = 12;
  function.source_state = model::SourceState::kOk;
  function.source = {"int solve(int n) {", "  char* p = take(n);", "", "  give(p);", "}"};
  function.flow.seen = 1;
  function.flow.increment = 5;
  function.peak = 100;
  function.lines = {code_line(8, "int solve(int n) {"), event_line(9, "  char* p = take(n);", 100, 100, 100, 1),
                    event_line(11, "  give(p);", 5, -95, 0, 2), code_line(12, "}")};
  model::ReportModel report;
  report.functions.push_back(function);
  return report;
}

TEST_CASE("every source line of the function is shown, those without events blank") {
  const model::ReportModel report = make_report();
  const Table table = lines_view(report, report.functions[0]);
  CHECK(table.heading == std::vector<std::string>{"Filename: /src/solve.cpp", "Function: solve(int)"});
  CHECK(titles_of(table) == "Line #|Mem usage|Increment|Peak|Seen|Line Contents");
  REQUIRE(table.rows.size() == 6);
  CHECK(text_of(table.rows[0]) == "8|.|.|.|.|int solve(int n) {");
  CHECK(text_of(table.rows[1]) == "9|100B|100B|100B|1|  char* p = take(n);");
  CHECK(text_of(table.rows[2]) == "10|.|.|.|.|");
  CHECK(text_of(table.rows[3]) == "11|5B|-95B|0B|2|  give(p);");
  CHECK(text_of(table.rows[4]) == "12|.|.|.|.|}");
  CHECK(text_of(table.rows[5]) == ".|.|5B|100B|1|(whole function)");
  CHECK(table.rows[0].role == RowRole::kQuiet);
  CHECK(table.rows[1].role == RowRole::kHot);
  CHECK(table.rows[3].role == RowRole::kNormal);
  CHECK(table.rows[5].role == RowRole::kTotal);
  CHECK(table.notes.empty());
}

TEST_CASE("lines of other files stand below under their file, and what has no line last") {
  model::ReportModel report = make_report();
  model::LineReport included = event_line(3, "TAKE(7)", 107, 7, 7, 1);
  included.file = "/src/table.inc";
  model::LineReport second = included;
  second.line = 4;
  model::LineReport no_line = event_line(0, "", 110, 3, 3, 1);
  no_line.line.reset();
  no_line.text.reset();
  report.functions[0].lines.insert(report.functions[0].lines.end(), {included, second, no_line});
  const Table table = lines_view(report, report.functions[0]);
  REQUIRE(table.rows.size() == 10);
  CHECK(text_of(table.rows[5]) == ".|.|.|.|.|In /src/table.inc:");
  CHECK(text_of(table.rows[6]) == "3|107B|7B|7B|1|TAKE(7)");
  CHECK(text_of(table.rows[7]) == "4|107B|7B|7B|1|TAKE(7)");
  CHECK(text_of(table.rows[8]) == ".|110B|3B|3B|1|(no line)");
}

TEST_CASE("without the source the lines that have code are shown, and the heading says why") {
  model::ReportModel report = make_report();
  report.functions[0].source.clear();
  report.functions[0].source_state = model::SourceState::kMissing;
  for (model::LineReport& line : report.functions[0].lines) line.text.reset();
  const Table table = lines_view(report, report.functions[0]);
  REQUIRE(table.heading.size() == 3);
  CHECK(table.heading[2] == "Source: file missing (--source DIR says where to look)");
  REQUIRE(table.rows.size() == 5);
  CHECK(text_of(table.rows[1]) == "9|100B|100B|100B|1|.");
}

TEST_CASE("lines outside of the function's range keep their order") {
  model::ReportModel report = make_report();
  std::vector<model::LineReport>& lines = report.functions[0].lines;
  lines.insert(lines.begin(), event_line(2, "int default_size = 3;", 1, 1, 1, 1));
  lines.push_back(event_line(20, "later", 1, 1, 1, 1));
  const Table table = lines_view(report, report.functions[0]);
  REQUIRE(table.rows.size() == 8);
  CHECK(table.rows[0].cells[0].number == 2);
  CHECK(table.rows[1].cells[0].number == 8);
  CHECK(table.rows[6].cells[0].number == 20);
}

TEST_CASE("a source that is shorter than the function loses no row") {
  model::ReportModel report = make_report();
  report.functions[0].source.resize(2);
  const Table table = lines_view(report, report.functions[0]);
  REQUIRE(table.rows.size() == 5);
  CHECK(table.rows[2].cells[0].number == 11);
  CHECK(table.rows[3].cells[0].number == 12);
}

TEST_CASE("sampled RSS takes the place of Mem usage and says that it is sampled") {
  model::ReportModel report = make_report();
  report.show_rss = true;
  report.functions[0].lines[1].rss = 4096;
  const Table table = lines_view(report, report.functions[0]);
  CHECK(titles_of(table) == "Line #|RSS (sampled)|Increment|Peak|Seen|Line Contents");
  CHECK(text_of(table.rows[1]) == "9|4096B|100B|100B|1|  char* p = take(n);");
  CHECK(text_of(table.rows[3]) == "11|.|-95B|0B|2|  give(p);");
}

TEST_CASE("a function without events has its note and no total") {
  model::ReportModel report = make_report();
  model::FunctionReport& function = report.functions[0];
  function.flow = {};
  function.lines = {code_line(8, "int solve(int n) {")};
  function.notes = {"No event."};
  report.common.losses.events = 3;
  report.common.losses.bytes = 1;
  report.common.losses.complete = false;
  const Table table = lines_view(report, function);
  REQUIRE(table.rows.size() == 5);
  CHECK(table.rows[4].role == RowRole::kQuiet);
  CHECK(table.notes ==
        std::vector<std::string>{"No event.", "Incomplete: 3 events were lost, with at least 1 byte acquired."});
  report.common.losses.damaged_places = 3;  // in each of which any number may have stood
  CHECK(lines_view(report, function).notes.at(1) ==
        "Incomplete: at least 3 events were lost, with at least 1 byte acquired.");
}

TEST_CASE("the data of all functions is one table") {
  const model::ReportModel report = make_report();
  const Table table = lines_data_view(report);
  REQUIRE(table.rows.size() == 4);
  for (const Row& row : table.rows) CHECK(row.cells.size() == table.columns.size());
  CHECK(text_of(table.rows[0]) ==
        "solve|solve(int)|/src/solve.cpp|8|int solve(int n) {|.|.|0B|.|0|.|0B|0B|0|0|0|0|0|.");
  CHECK(text_of(table.rows[2]) == "solve|solve(int)|/src/solve.cpp|11|  give(p);|5B|.|-95B|0B|2|.|0B|0B|0|0|0|0|0|.");
}

TEST_CASE("counters have a column each, estimates their error, and what cannot be counted a note") {
  model::ReportModel report = make_report();
  model::CounterColumn time;
  time.name = "task-clock";
  time.nanoseconds = true;
  time.user_only = true;
  time.interval = 1'000'000;
  model::CounterColumn faults;
  faults.name = "page-faults";
  faults.every_event = true;
  faults.interval = 1;
  model::CounterColumn misses;
  misses.name = "cache-misses";
  misses.refusal = "not supported here";
  report.counters = {time, faults, misses};
  // 25 samples of a millisecond each, 5 of them in the line itself; 7 faults, all of them in callees
  report.functions[0].lines[1].counters = {{25'000'000, 25, 5'000'000}, {7, 7, 0}, {}};
  report.functions[0].lines[3].counters = {{}, {2, 2, 2}, {}};  // no event of memory, and yet it is no blank line
  const Table table = lines_view(report, report.functions[0]);
  CHECK(titles_of(table) ==
        "Line #|Mem usage|Increment|Peak|Seen|CPU time (user)|\u00b1%|self|page-faults|self|Line Contents");
  CHECK(table.rows[1].cells[5].real == 0.025);
  CHECK(table.rows[1].cells[6].real == 20);  // 1 / sqrt(25)
  CHECK(table.rows[1].cells[7].real == 0.005);
  CHECK(table.rows[1].cells[8].number == 7);
  CHECK(table.rows[1].cells[9].kind == CellKind::kEmpty);
  CHECK(table.rows[2].cells.size() == table.columns.size());
  CHECK(table.rows[4].cells[5].kind == CellKind::kEmpty);
  CHECK(table.rows[4].cells[8].number == 2);
  CHECK(table.rows[4].role == RowRole::kNormal);
  CHECK(table.notes.at(0) == "CPU time (user): sampled every 1 ms.");
  CHECK(table.notes.at(1) == "cache-misses: not supported here.");
}

TEST_CASE("a counter that shared the processor says for how long it counted") {
  model::ReportModel report = make_report();
  model::CounterColumn cycles;
  cycles.name = "cycles";
  cycles.per_second = 1000;
  cycles.scale = 2;
  report.counters = {cycles};
  const Table table = lines_view(report, report.functions[0]);
  CHECK(table.notes.at(0) == "cycles: counted for 50 % of the time, and scaled.");
  CHECK(table.notes.at(1) == "cycles: sampled about 1000 times a second.");
}

TEST_CASE("Resident is shown where it was measured, and says why where it could not be") {
  model::ReportModel report = make_report();
  report.resident.reason = "not permitted: no";
  CHECK(titles_of(lines_view(report, report.functions[0])) == "Line #|Mem usage|Increment|Peak|Seen|Line Contents");
  CHECK(lines_view(report, report.functions[0]).notes.at(0) == "Resident: not available: not permitted: no.");
  report.resident = {};
  report.resident.measured = true;
  report.resident.lines = 3 << 20;
  report.resident.kernel = 1 << 20;
  report.functions[0].lines[1].resident = 8192;
  report.functions[0].lines[2].resident = -4096;
  report.functions[0].lines[3].resident = 0;
  const Table table = lines_view(report, report.functions[0]);
  CHECK(titles_of(table) == "Line #|Mem usage|Increment|Peak|Seen|Resident|Line Contents");
  CHECK(text_of(table.rows[1]) == "9|100B|100B|100B|1|8192B|  char* p = take(n);");
  CHECK(text_of(table.rows[3]) == "11|5B|-95B|0B|2|-4096B|  give(p);");
  CHECK(text_of(table.rows[4]) == "12|.|.|.|.|.|}");
  CHECK(table.notes.at(0) == "Resident: of the whole program, 3.000 MiB by its code, 1.000 MiB filled by the kernel.");
  report.resident.is_filtered = true;
  report.resident.rss = 5 << 20;
  const std::vector<std::string> notes = lines_view(report, report.functions[0]).notes;
  CHECK(notes.at(0) == "Resident: 3.000 MiB by the code of these threads and spans.");
  CHECK(notes.at(1) ==
        "Resident: of the whole program, 1.000 MiB filled by the kernel; RSS at the last look 5.000 MiB.");
}

}  // namespace
}  // namespace memline::views
