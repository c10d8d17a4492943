#include "views/region_view.h"

#include "support/catch.h"

namespace memline::views {
namespace {

constexpr std::int64_t kMib = 1 << 20;

TEST_CASE("a region in one sentence") {
  model::Region region;
  region.name = "np.dot";
  region.memory_delta = 76 * kMib + kMib / 4;
  region.time_delta = 0.324;
  region.memory_usage = 125 * kMib + kMib / 2;
  CHECK(region_sentence(region) ==
        "'np.dot' used 76.2500 MiB RAM in 0.32s, peaked 0.00 MiB above current, total RAM usage 125.50 MiB");
  region.memory_delta = -3 * kMib;
  region.memory_peak = kMib / 8 * 3;
  region.name = "evil\x1b[2J\n";
  CHECK(region_sentence(region) ==
        "'evil\\x1b[2J\\n' used -3.0000 MiB RAM in 0.32s, peaked 0.38 MiB above current, total RAM usage 125.50 MiB");
}

TEST_CASE("bytes too few to show have no sign") {
  model::Region region;
  region.name = "x";
  region.memory_delta = -20;
  CHECK(region_sentence(region) ==
        "'x' used 0.0000 MiB RAM in 0.00s, peaked 0.00 MiB above current, total RAM usage 0.00 MiB");
}

TEST_CASE("regions as a table of whole bytes") {
  model::RegionModel regions;
  model::Region region;
  region.kind = model::RegionKind::kFunction;
  region.name = "f";
  region.memory_delta = 5;
  region.memory_peak = 7;
  region.memory_usage = 30;
  regions.regions.push_back(region);
  const Table table = regions_data_view(regions);
  REQUIRE(table.rows.size() == 1);
  REQUIRE(table.columns.size() == table.rows[0].cells.size());
  CHECK(table.rows[0].cells[1].text == "function");
  CHECK(table.columns[5].key == "memory_delta");
  CHECK(table.rows[0].cells[5].number == 5);
  CHECK(table.columns[8].key == "peak_abs");
  CHECK(table.rows[0].cells[8].number == 37);
}

TEST_CASE("RSS of regions is said to be sampled") {
  model::RegionModel regions;
  CHECK(region_notes(regions).empty());
  regions.metric = model::RegionMetric::kRss;
  CHECK(region_notes(regions) ==
        std::vector<std::string>{"RSS: sampled every 10 ms at best; what came and went in between is not seen."});
}

TEST_CASE("what counters say of a region") {
  model::CounterColumn faults, misses, time, refused;
  faults.name = "page-faults";
  faults.every_event = true;
  misses.name = "cache-misses";
  misses.user_only = true;
  time.name = "task-clock";
  time.nanoseconds = true;
  refused.refusal = "not supported here";
  const std::vector<model::CounterColumn> counters = {faults, misses, time, refused};
  model::Region region;
  region.time_delta = 0.5;
  region.counters = {{4411, 4411, 0}, {1'000'000, 100, 0}, {250'000'000, 25, 0}, {}};
  using Sentences = std::vector<std::string>;
  CHECK(
      region_rates(region, counters) ==
      Sentences{"perf value for page-faults averages to 8,822/second, 4,411 in all",
                "perf value for cache-misses (user) averages to 2,000,000/second, 1,000,000 \u00b1 100,000 in all (100 "
                "samples)",
                "perf value for task-clock averages to 0.500 s/second, 0.250 s \u00b1 0.050 s in all (25 samples)"});
  region.time_delta = 0;
  region.counters = {{}, {}, {1'000'000, 1, 0}, {}};
  CHECK(region_rates(region, counters) ==
        Sentences{"perf value for page-faults: 0 in all", "perf value for cache-misses (user): 0 samples",
                  "perf value for task-clock: 0.001 s \u00b1 0.001 s in all (1 sample)"});
  faults.name = "\x1b[31m";  // a trace may hold anything
  CHECK(region_rates(region, {faults}) == Sentences{"perf value for \\x1b[31m: 0 in all"});
}

}  // namespace
}  // namespace memline::views
