// From a trace to the models: Profile and its builders, on a trace whose frames carry their own names.
#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "model/heap_builder.h"
#include "model/report_builder.h"
#include "model/summary_builder.h"
#include "model/top_builder.h"
#include "support/catch.h"
#include "support/scratch_folder.h"
#include "support/trace_builder.h"

namespace memline::model {
namespace {

using testing::TraceBuilder;

/// Two threads: main calls fill at line 3, whose line 10 allocates and line 11 frees; a worker calls serve at line 20.
///
///     time  thread  line  what                    live
///     1     main    10    a = malloc(100)         100
///     2     worker  20    b = malloc(1000)        1100, inside the span "request"
///     3     main    10    c = malloc(50)          1150, the peak
///     4     main    11    free(c)                 1100, c was temporary
///     5     main          the mark "half"
///     6     worker  20    free(b)                 100, after the span; b was temporary: the worker did nothing between
///     7     worker  20    d = malloc(7)           107
class ExampleTrace {
 public:
  ExampleTrace() {
    TraceBuilder trace;
    trace.begin_image();
    trace.thread(1, 1, "worker");
    const std::uint32_t in_main = frame(trace, 0, 0, "main", 3);
    const std::uint32_t takes = frame(trace, 0, in_main, "fill", 10);
    const std::uint32_t gives = frame(trace, 0, in_main, "fill", 11);
    const std::uint32_t serves = frame(trace, 1, 0, "serve", 20);
    std::uint64_t now = TraceBuilder::image_start().ticks;
    trace.add(0, trace::Acquire{++now, 0x1000, 100, takes, trace::Origin::kMalloc});
    trace.add(1, trace::SpanBegin{now, 1, 0, "request"});
    trace.add(1, trace::Acquire{++now, 0x2000, 1000, serves, trace::Origin::kMalloc});
    trace.add(1, trace::SpanEnd{now, 1});
    trace.add(0, trace::Acquire{++now, 0x3000, 50, takes, trace::Origin::kMalloc});
    trace.add(0, trace::Release{++now, 0x3000, gives});
    trace.add(0, trace::Mark{++now, 0, 0, "half"});
    trace.add(1, trace::Release{++now, 0x2000, serves});
    trace.add(1, trace::Acquire{++now, 0x4000, 7, serves, trace::Origin::kMalloc});
    trace.write(path_);
  }

  std::unique_ptr<Profile> open(ProfileOptions options = {}) const {
    Result<std::unique_ptr<Profile>> profile = Profile::open(path_, std::move(options));
    if (!profile) FAIL(profile.error().message);
    return std::move(profile).value();
  }
  const std::string& path() const { return path_; }

 private:
  std::uint32_t frame(TraceBuilder& trace, std::uint32_t lane, std::uint32_t parent, const char* function,
                      std::uint32_t line) {
    trace.add(lane, trace::NamedFrame{++frames_, parent, line, "/src/example.lang", function});
    return frames_;
  }
  testing::ScratchFolder folder_;
  std::string path_ = folder_.path("trace.bin");
  std::uint32_t frames_ = 0;
};

const LineReport& line(const FunctionReport& function, std::uint32_t number) {
  for (const LineReport& row : function.lines) {
    if (row.line == number) return row;
  }
  FAIL("no line " << number);
  return function.lines.front();
}

TEST_CASE("a report on one function") {
  const ExampleTrace trace;
  const auto profile = trace.open();
  ReportRequest request;
  request.functions = {"fill"};
  const Result<ReportModel> report = build_report(*profile, request);
  REQUIRE(report);
  REQUIRE(report->functions.size() == 1);
  const FunctionReport& fill = report->functions[0];
  CHECK(fill.name == "fill");
  CHECK(fill.flow.increment == 100);
  CHECK(fill.peak == 150);
  CHECK(fill.flow.seen == 1);
  CHECK(line(fill, 10).flow.increment == 150);
  CHECK(line(fill, 10).flow.seen == 1);  // the worker's event does not come between
  CHECK(line(fill, 10).mem_usage == 1150);
  CHECK(line(fill, 11).flow.increment == -50);
  CHECK(line(fill, 11).mem_usage == 1100);
  CHECK(line(fill, 11).peak == 0);
}

TEST_CASE("without a name the functions of the hottest lines are shown") {
  const ExampleTrace trace;
  const auto profile = trace.open();
  const Result<ReportModel> report = build_report(*profile, {});
  REQUIRE(report);
  REQUIRE(report->functions.size() == 2);
  CHECK(report->functions[0].name == "serve");  // 1000 at the peak
  CHECK(report->functions[1].name == "fill");
}

TEST_CASE("an unknown function is an error") {
  const ExampleTrace trace;
  const auto profile = trace.open();
  ReportRequest request;
  request.functions = {"nobody"};
  const Result<ReportModel> report = build_report(*profile, request);
  REQUIRE_FALSE(report);
  CHECK(report.error().code == ExitCode::kNothing);
}

TEST_CASE("top charges lines, and its columns add up to the totals") {
  const ExampleTrace trace;
  const auto profile = trace.open();
  const Result<TopModel> top = build_top(*profile, {});
  REQUIRE(top);
  REQUIRE(top->sites.size() == 2);
  CHECK(top->sites[0].line == 20U);
  CHECK(top->sites[0].costs.at_peak == 1000);
  CHECK(top->sites[0].costs.at_end == 7);
  CHECK(top->sites[0].costs.allocated == 1007);
  CHECK(top->sites[1].line == 10U);
  CHECK(top->sites[1].costs.at_peak == 150);
  CHECK(top->sites[1].costs.temporary == 1);
  CHECK(top->sites[1].costs.temporary_bytes == 50);
  CHECK(top->totals.peak == 1150);
  CHECK(top->totals.at_end == 107);
}

TEST_CASE("inclusive rows hold what their callees allocate") {
  const ExampleTrace trace;
  const auto profile = trace.open();
  TopRequest request;
  request.inclusive = true;
  const Result<TopModel> top = build_top(*profile, request);
  REQUIRE(top);
  REQUIRE(top->sites.size() == 3);
  const auto main_line = std::find_if(top->sites.begin(), top->sites.end(), [](const Site& s) { return s.line == 3U; });
  REQUIRE(main_line != top->sites.end());
  CHECK(main_line->costs.at_peak == 150);
}

TEST_CASE("the summary") {
  const ExampleTrace trace;
  const auto profile = trace.open();
  const Result<SummaryModel> summary = build_summary(*profile);
  REQUIRE(summary);
  CHECK(summary->totals.threads == 2);
  CHECK(summary->totals.allocations == 4);
  CHECK(summary->totals.frees == 2);
  CHECK(summary->totals.allocated == 1157);
  CHECK(summary->totals.freed == 1050);
  CHECK(summary->totals.peak == 1150);
  CHECK(summary->totals.at_end == 107);
  CHECK(summary->totals.leaked_blocks == 2);
  CHECK(summary->totals.temporary == 2);
  CHECK(summary->totals.temporary_bytes == 1050);
}

std::uint64_t heap_bytes(Profile& profile, const char* at) {
  HeapRequest request;
  request.at = at;
  const Result<HeapModel> heap = build_heap(profile, request);
  if (!heap) FAIL(heap.error().message);
  std::uint64_t sum = 0;
  for (const HeapRow& row : heap->rows) sum += row.bytes;
  CHECK(sum == heap->bytes);
  return heap->bytes;
}

TEST_CASE("the heap at its peak, at a mark and at the end") {
  const ExampleTrace trace;
  const auto profile = trace.open();
  CHECK(heap_bytes(*profile, "peak") == 1150);
  CHECK(heap_bytes(*profile, "mark:half") == 1100);
  CHECK(heap_bytes(*profile, "end") == 107);
}

TEST_CASE("a heap before the first event or after the last one says so") {
  const ExampleTrace trace;
  const auto profile = trace.open();
  const auto notes_at = [&](const char* at) {
    HeapRequest request;
    request.at = at;
    const Result<HeapModel> heap = build_heap(*profile, request);
    REQUIRE(heap);
    return heap->common.notes;
  };
  const auto says = [](const std::vector<std::string>& notes, const char* text) {
    return std::any_of(notes.begin(), notes.end(), [&](const std::string& note) { return note.starts_with(text); });
  };
  CHECK(says(notes_at("0"), "Nothing was live at that moment. The recording lasts "));
  CHECK_FALSE(says(notes_at("0"), "That moment is after"));
  CHECK(says(notes_at("1000"), "That moment is after the end of the recording"));
  CHECK_FALSE(says(notes_at("1000"), "Nothing"));
  CHECK_FALSE(says(notes_at("peak"), "Nothing"));
  CHECK_FALSE(says(notes_at("end"), "That moment is after"));
}

TEST_CASE("one thread alone: its own events and blocks, at the process's peak") {
  const ExampleTrace trace;
  ProfileOptions options;
  options.threads = {"worker"};
  const auto profile = trace.open(options);
  const Result<TopModel> top = build_top(*profile, {});
  REQUIRE(top);
  REQUIRE(top->sites.size() == 1);
  CHECK(top->sites[0].costs.at_peak == 1000);
  CHECK(top->sites[0].costs.at_end == 7);
  // The worker's 7 bytes; its share of the peak is no peak of its own.
  CHECK(top->totals.at_end == 7);
  CHECK(top->totals.leaked_blocks == 1);
  CHECK_FALSE(top->totals.peak);
  CHECK_FALSE(top->totals.peak_time);
  CHECK(top->totals.max_rss == 0);
  CHECK(heap_bytes(*profile, "peak") == 1000);
}

TEST_CASE("inside a span alone") {
  const ExampleTrace trace;
  ProfileOptions options;
  options.span = "request";
  const auto profile = trace.open(options);
  const Result<TopModel> top = build_top(*profile, {});
  REQUIRE(top);
  REQUIRE(top->sites.size() == 1);
  CHECK(top->sites[0].costs.allocated == 1000);
  CHECK(top->sites[0].costs.at_peak == 1000);
  CHECK(top->sites[0].costs.at_end == 0);
  CHECK(heap_bytes(*profile, "peak") == 1000);
  CHECK(heap_bytes(*profile, "end") == 0);
}

TEST_CASE("what is not found in a damaged trace may be lost") {
  const ExampleTrace trace;
  // The last block is claimed, but cut off.
  std::fstream file(trace.path(), std::ios::in | std::ios::out | std::ios::binary);
  trace::TraceHeader header{};
  file.read(reinterpret_cast<char*>(&header), sizeof header);
  header.claimed_blocks += 1;
  file.seekp(0);
  file.write(reinterpret_cast<const char*>(&header), sizeof header);
  file.close();
  const auto profile = trace.open();
  ReportRequest report;
  report.functions = {"nobody"};
  HeapRequest heap;
  heap.at = "mark:zz";
  ProfileOptions no_thread;
  no_thread.threads = {"nobody"};
  for (const Error& error : {build_report(*profile, report).error(), build_heap(*profile, heap).error(),
                             Profile::open(trace.path(), no_thread).error()}) {
    CHECK(error.code == ExitCode::kUnreadable);
    CHECK(error.message.find("the file ends before its last 1 block") != std::string::npos);
  }
  heap.at = "never";
  CHECK(build_heap(*profile, heap).error().code == ExitCode::kUsage);

  REQUIRE(::truncate(trace.path().c_str(), trace::kHeaderBytes) == 0);
  CHECK(Profile::open(trace.path(), {}).error().code == ExitCode::kUnreadable);
}

TEST_CASE("a pause is told, whether or not it is felt") {
  testing::ScratchFolder folder;
  TraceBuilder trace;
  trace.begin_image();
  trace.add(0, trace::Recording{2, 0});
  trace.add(0, trace::Recording{3, 1});
  trace.add(0, trace::Acquire{4, 0x1000, 100, 0, trace::Origin::kMalloc});
  trace.write(folder.path("paused.bin"));
  const auto profile = Profile::open(folder.path("paused.bin"), {});
  REQUIRE(profile);
  const std::vector<std::string> notes = (*profile)->common().notes;
  CHECK(std::count(notes.begin(), notes.end(),
                   "Acquisitions were not recorded while the program had paused recording.") == 1);
}

TEST_CASE("what is not in the trace cannot be chosen") {
  const ExampleTrace trace;
  ProfileOptions no_thread, no_span, no_image;
  no_thread.threads = {"nobody"};
  no_span.span = "nothing";
  no_image.image = 1;
  for (const ProfileOptions& options : {no_thread, no_span, no_image}) {
    const auto profile = Profile::open(trace.path(), options);
    REQUIRE_FALSE(profile);
    CHECK(profile.error().code == ExitCode::kNothing);
  }
  CHECK(Profile::open("/nonexistent/trace.bin", {}).error().code == ExitCode::kUnreadable);
}

}  // namespace
}  // namespace memline::model
