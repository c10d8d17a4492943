#include "support/catch.h"
#include "table_text.h"
#include "views/heap_view.h"
#include "views/summary_view.h"
#include "views/top_view.h"

namespace memline::views {
namespace {

model::Site site(const char* file, std::uint32_t line, std::int64_t at_peak, std::uint64_t allocated) {
  model::Site made;
  made.file = file;
  made.line = line;
  made.function = "f";
  made.module = "/home/me/app";
  made.costs.at_peak = at_peak;
  made.costs.allocated = allocated;
  made.costs.allocations = 2;
  return made;
}

model::TopModel make_top() {
  model::TopModel top;
  top.common.program.command = {"./app", "--fast"};
  top.sites = {site("/src/a/main.cpp", 10, 500, 600), site("/src/b/main.cpp", 20, 300, 300),
               site("/src/a/util.cpp", 5, 20, 40)};
  model::Site stripped;
  stripped.module = "/usr/lib/libfoo.so";
  stripped.function = "foo_open";
  stripped.why = "stripped";
  stripped.costs.at_peak = 1;
  stripped.costs.temporary = 1;
  stripped.costs.temporary_bytes = 9;
  top.sites.push_back(stripped);
  return top;
}

TEST_CASE("sites are named as shortly as tells them apart, and summed up") {
  const Table table = top_view(make_top(), 0);
  CHECK(table.heading == std::vector<std::string>{"Program: ./app --fast"});
  CHECK(titles_of(table) == "At peak|Allocated|Allocs|At end|Temporary|Temp bytes|Site");
  REQUIRE(table.rows.size() == 5);
  CHECK(text_of(table.rows[0]) == "500B|600B|2|0B|0|0B|a/main.cpp:10 f");
  CHECK(text_of(table.rows[1]) == "300B|300B|2|0B|0|0B|b/main.cpp:20 f");
  CHECK(text_of(table.rows[2]) == "20B|40B|2|0B|0|0B|util.cpp:5 f");
  CHECK(text_of(table.rows[3]) == "1B|0B|0|0B|1|9B|libfoo.so!foo_open (stripped)");
  CHECK(text_of(table.rows[4]) == "821B|940B|6|0B|1|9B|(all sites)");
  CHECK(table.rows[4].role == RowRole::kTotal);
}

TEST_CASE("sites that are not shown are summed up in a row") {
  const Table table = top_view(make_top(), 2);
  REQUIRE(table.rows.size() == 4);
  CHECK(text_of(table.rows[2]) == "21B|40B|2|0B|1|9B|(2 other sites)");
  CHECK(text_of(table.rows[3]) == "821B|940B|6|0B|1|9B|(all sites)");
}

TEST_CASE("inclusive rows overlap and are never summed up") {
  model::TopModel top = make_top();
  top.inclusive = true;
  const Table table = top_view(top, 2);
  CHECK(table.heading.size() == 2);
  CHECK(table.columns.back().title == "Line");
  CHECK(table.rows.size() == 2);
  CHECK(table.notes == std::vector<std::string>{"2 more lines are not shown."});
}

TEST_CASE("the data of all sites") {
  const Table table = top_data_view(make_top());
  REQUIRE(table.rows.size() == 4);
  CHECK(text_of(table.rows[0]) == "/src/a/main.cpp|10|f|/home/me/app|.|.|600B|2|500B|0B|0|0B|.|.");
  CHECK(text_of(table.rows[3]) == ".|.|foo_open|/usr/lib/libfoo.so|stripped|.|0B|0|1B|0B|1|9B|.|.");
}

model::HeapModel make_heap() {
  model::HeapModel heap;
  heap.common.program.executable = "/home/me/app";
  heap.at = "peak";
  heap.by = "line";
  heap.at_time = 1.25;
  heap.count = 8;
  heap.bytes = 400;
  heap.rows = {{"a.cpp:1 f", "/src/a.cpp", 1, "f", 2, 300}, {"a.cpp:2 f", "/src/a.cpp", 2, "f", 6, 100}};
  return heap;
}

TEST_CASE("the partition of the heap looks like guppy's") {
  const Table table = heap_view(make_heap());
  CHECK(table.heading == std::vector<std::string>{"Program: /home/me/app",
                                                  "Live at peak (1.250 s after the start), by line.",
                                                  "Partition of a set of 8 objects. Total size = 400 bytes."});
  CHECK(titles_of(table) == "Index|Count|%|Size|%|Cumulative|%|Kind");
  REQUIRE(table.rows.size() == 2);
  CHECK(text_of(table.rows[0]) == "0|2|25.000000%|300B|75.000000%|300B|75.000000%|a.cpp:1 f");
  CHECK(text_of(table.rows[1]) == "1|6|75.000000%|100B|25.000000%|400B|100.000000%|a.cpp:2 f");
}

TEST_CASE("the heap says how far away the look at the RAM was") {
  model::HeapModel heap = make_heap();
  heap.seconds_to_look = -0.0032;
  CHECK(heap_view(heap).heading.size() == 3);  // no column, no word
  heap.has_resident = true;
  CHECK(heap_view(heap).heading.back() == "Resident: as of 3.2 ms before.");
  heap.seconds_to_look = 2.5;
  CHECK(heap_view(heap).heading.back() == "Resident: as of 2.5 s after.");
  heap.seconds_to_look = 0;
  CHECK(heap_view(heap).heading.back() == "Resident: as of that moment.");
}

TEST_CASE("rows that are not shown are counted, and an empty heap divides by nothing") {
  const Table table = heap_view(make_heap(), 1);
  CHECK(table.rows.size() == 1);
  CHECK(table.notes == std::vector<std::string>{"<1 more row with 6 objects, 100 bytes; --most 0 shows them>"});
  model::HeapModel empty;
  CHECK(heap_view(empty).rows.empty());
  CHECK(text_of(heap_data_view(make_heap()).rows.at(0)) == "a.cpp:1 f|/src/a.cpp|1|f|2|300B|.|");
}

TEST_CASE("the heap by type says how much of it is known, and how if it is asked for") {
  model::HeapModel heap = make_heap();
  heap.typed_bytes = 300;
  heap.rows[0].rule = "template argument of the allocator";
  const Table table = heap_view(heap);
  CHECK(table.heading.back() == "The type is known for 75.0 % of the bytes.");
  CHECK(titles_of(table) == "Index|Count|%|Size|%|Cumulative|%|Kind");
  const Table verbose = heap_view(heap, 10, true);
  CHECK(titles_of(verbose) == "Index|Count|%|Size|%|Cumulative|%|Kind|Known by");
  CHECK(text_of(verbose.rows[0]) ==
        "0|2|25.000000%|300B|75.000000%|300B|75.000000%|a.cpp:1 f|template argument of the allocator");
  // Other partitions have no rules to show.
  CHECK(titles_of(heap_view(make_heap(), 10, true)) == "Index|Count|%|Size|%|Cumulative|%|Kind");
}

TEST_CASE("the summary has every total of the contract") {
  model::SummaryModel summary;
  summary.common.program.command = {"./app"};
  summary.common.program.pid = 42;
  summary.common.program.exit = {"exit", 3};
  summary.totals.threads = 2;
  summary.totals.peak = 1000;
  summary.common.losses.complete = false;
  summary.common.losses.notes = {"block at offset 69632: checksum differs", "1 more damaged place"};
  const Table table = summary_view(summary);
  CHECK(table.heading == std::vector<std::string>{"Program: ./app", "Process: pid 42, exited with 3"});
  REQUIRE(table.rows.size() == 17);
  CHECK(text_of(table.rows[1]) == "Threads|2");
  CHECK(text_of(table.rows[9]) == "Peak|1000B");
  CHECK(text_of(table.rows[15]) == "Highest RSS (sampled)|.");
  CHECK(text_of(table.rows[16]) == "Short stacks (events)|0");
  CHECK(table.notes ==
        std::vector<std::string>{"Incomplete: block at offset 69632: checksum differs.", "1 more damaged place."});
  const Table data = summary_data_view(summary);
  REQUIRE(data.rows.size() == 1);
  CHECK(data.rows[0].cells.size() == data.columns.size());
  CHECK(data.columns.size() == 16);
}

TEST_CASE("the summary says what part of the stacks is short, and how they ended") {
  using replay::StackFate;
  model::SummaryModel summary;
  const auto count = [&](StackFate fate, int events) {
    for (int i = 0; i < events; ++i) summary.common.losses.stacks.count(fate);
  };
  count(StackFate::kRoot, 1990);
  count(StackFate::kNoUnwindInfo, 1);
  CHECK(summary_view(summary).notes ==
        std::vector<std::string>{"1 of 1991 events (0.05 %) has a stack that does not reach the start of the program; "
                                 "outer lines may miss it: 1 ends at code without unwind information."});
  count(StackFate::kDepthLimit, 2);
  count(StackFate::kBadMemory, 3);
  count(StackFate::kLost, 4);
  const Table table = summary_view(summary);
  CHECK(text_of(table.rows[16]) == "Short stacks (events)|10");
  CHECK(table.notes ==
        std::vector<std::string>{"10 of 2000 events (0.5 %) have stacks that do not reach the start of the program; "
                                 "outer lines may miss them: 2 end at the depth limit, 1 ends at code without unwind "
                                 "information, 3 end at unreadable memory, 4 are missing from the trace."});
}

TEST_CASE("the summary says how the process ended") {
  model::SummaryModel summary;
  summary.common.program.pid = 42;
  const auto process = [&] { return summary_view(summary).heading.at(1); };
  CHECK(process() == "Process: pid 42, its end was not recorded: killed, most likely");
  summary.common.still_running = true;
  CHECK(process() == "Process: pid 42");
  summary.common.program.exit = {"signal", 9};
  CHECK(process() == "Process: pid 42, killed by SIGKILL");
  summary.common.program.exit = {"signal", 99};
  CHECK(process() == "Process: pid 42, killed by signal 99");
}

}  // namespace
}  // namespace memline::views
