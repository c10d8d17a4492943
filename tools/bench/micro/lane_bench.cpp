// What it costs a lane to append an event to its block, sealing full blocks included.
#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>

#include "clock.h"
#include "lane_pool.h"
#include "trace_space.h"

namespace {

using namespace memline::capture;
namespace trace = memline::trace;

void lane_write(benchmark::State& state) {
  std::string path = "/tmp/memline-lane-bench.XXXXXX";
  const int fd = mkstemp(path.data());
  PathText text;
  text.add(path);
  const auto space = std::make_unique<TraceSpace>();
  if (fd < 0 || !space->open(fd, text, 0)) {
    state.SkipWithError("no temporary file to write to");
    return;
  }
  Clock clock;
  clock.choose();
  const auto pool = std::make_unique<LanePool>();
  const LaneContext context{space.get(), &clock, 0};
  Lane* const lane = pool->claim(context, true);
  std::uint64_t time = 0, random = 88172645463325252;
  for (auto _ : state) {
    random ^= random << 13;
    random ^= random >> 7;
    random ^= random << 17;
    trace::Acquire record{time += 100, 0x555500000000 + (random & 0xfffff) * 16, random % 500,
                          static_cast<std::uint32_t>(1 + (time & 255)), trace::Origin::kMalloc};
    if (!lane->write(record)) {
      state.SkipWithError("the record was lost");
      break;
    }
  }
  state.SetItemsProcessed(state.iterations());
  pool->reset(nullptr);
  space->abandon(false);
  unlink(path.c_str());
}

// A fixed number, since every one of them grows the file.
BENCHMARK(lane_write)->Iterations(1'000'000);

}  // namespace
