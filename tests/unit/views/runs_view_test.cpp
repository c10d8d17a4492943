#include "views/runs_view.h"

#include <csignal>

#include "support/catch.h"

namespace memline::views {
namespace {

using Lines = std::vector<std::string>;
using model::ProgramEnd;

constexpr std::int64_t kMib = 1 << 20;

model::MeasuredRun run(std::int64_t peak_mib, double wall_seconds, bool counts = true) {
  model::MeasuredRun one;
  one.end.wall_seconds = wall_seconds;
  one.end.user_seconds = wall_seconds / 2;
  one.end.peak_rss_bytes = static_cast<std::uint64_t>((peak_mib + 2) * kMib);
  one.memory = model::RunMemory{.peak = peak_mib * kMib, .increment = (peak_mib - 4) * kMib};
  one.counts = counts;
  return one;
}

TEST_CASE("memit: the worst and the means of the runs that count") {
  model::RepeatedRuns runs;
  runs.runs = {run(80, 0.1), run(84, 0.3), run(500, 9, false)};
  CHECK(memit_lines(runs) ==
        Lines{"peak memory: 84.00 MiB, increment: 80.00 MiB", "worst of 2: 84.00 MiB heap, 86.00 MiB RSS, 300 ms",
              "mean ± std. dev. of 2 runs: peak 82.00 ± 2.00 MiB, increment 78.00 ± 2.00 MiB, RSS 84.00 ± 2.00 MiB, "
              "wall 200 ms ± 100 ms, CPU 100 ms ± 50 ms"});
}

TEST_CASE("memit: what is not known is not shown") {
  model::RepeatedRuns runs;
  runs.runs = {run(80, 0.1, false)};
  CHECK(memit_lines(runs).empty());
  runs.runs = {run(80, 0.1)};
  runs.runs[0].memory.reset();
  CHECK(memit_lines(runs) == Lines{"worst of 1: 82.00 MiB RSS, 100 ms",
                                   "mean ± std. dev. of 1 run: RSS 82.00 ± 0.00 MiB, wall 100 ms ± 0 ns, CPU 50 ms ± "
                                   "0 ns"});
}

TEST_CASE("time: IPython's two lines, and the peak") {
  ProgramEnd end;
  end.user_seconds = 1.2;
  end.system_seconds = 0.034;
  end.wall_seconds = 1.3;
  CHECK(time_lines(end, {}) == Lines{"CPU times: user 1.2 s, sys 34 ms, total: 1.23 s", "Wall time: 1.3 s"});
  end.peak_rss_bytes = 90 * kMib;
  CHECK(time_lines(end, model::RunMemory{.peak = 82 * kMib, .increment = 80 * kMib}) ==
        Lines{"CPU times: user 1.2 s, sys 34 ms, total: 1.23 s", "Wall time: 1.3 s",
              "peak memory: 82.00 MiB, increment: 80.00 MiB", "peak RSS: 90.00 MiB"});
}

TEST_CASE("timeit: mean and deviation per loop") {
  model::TimedRuns timed;
  timed.loops = 10;
  timed.runs = {{.seconds = 0.2, .cpu_seconds = 0, .peak_rss_bytes = std::uint64_t{4} << 20},
                {.seconds = 0.4, .cpu_seconds = 0, .peak_rss_bytes = std::uint64_t{6} << 20}};
  timed.memory = model::RunMemory{.peak = 2 * kMib, .increment = kMib};
  CHECK(timeit_lines(timed) == Lines{"30 ms ± 10 ms per loop (mean ± std. dev. of 2 runs, 10 loops each)",
                                     "5.00 ± 1.00 MiB peak RSS per loop (mean ± std. dev. of 2 runs, 10 loops each)",
                                     "peak memory: 2.00 MiB, increment: 1.00 MiB"});
  timed.loops = 1;
  timed.runs = {{.seconds = 0.2, .cpu_seconds = 0, .peak_rss_bytes = {}}};
  timed.memory.reset();
  CHECK(timeit_lines(timed) == Lines{"200 ms ± 0 ns per loop (mean ± std. dev. of 1 run, 1 loop each)"});
  timed.loops = 1000;
  CHECK(timeit_lines(timed) == Lines{"200 µs ± 0 ns per loop (mean ± std. dev. of 1 run, 1,000 loops each)"});
}

TEST_CASE("how a run failed") {
  ProgramEnd end{.kind = ProgramEnd::Kind::kExit, .code = 3};
  CHECK(failure_sentence(0, 3, end) == "run 1 of 3 exited with 3");
  end = {.kind = ProgramEnd::Kind::kSignal, .code = SIGSEGV};
  CHECK(failure_sentence(1, 3, end) == "run 2 of 3 was killed by SIGSEGV");
  end = {.kind = ProgramEnd::Kind::kTimeout, .code = 0, .wall_seconds = 1.5};
  CHECK(failure_sentence(2, 3, end) == "run 3 of 3 timed out after 1.5 s");
}

}  // namespace
}  // namespace memline::views
