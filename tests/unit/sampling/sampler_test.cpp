#include "sampling/sampler.h"

#include <unistd.h>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

#include "sampling/counter_spec.h"
#include "support/catch.h"

namespace memline::sampling {
namespace {

class FailingSink : public SampleSink {
 public:
  void on_program(std::uint32_t /*pid*/, std::uint64_t /*time_ns*/) override {}
  void on_sample(const TakenSample& /*sample*/) override {}
  void on_lost(std::uint64_t /*time_ns*/, std::uint64_t /*records*/) override {}
  void on_round(std::uint64_t /*settled_ns*/) override {
    has_failed = true;
    throw std::runtime_error("no more");
  }

  std::atomic<bool> has_failed{false};
};

TEST_CASE("sampler: a sink that cannot go on ends the sampling, not the process; no totals are told") {
  auto counters = parse_counters("task-clock");
  REQUIRE(counters);
  FailingSink sink;
  Sampler sampler(std::move(counters).value(), {.pid = static_cast<std::uint32_t>(::getpid()), .is_running = true},
                  sink);
  if (const std::string& refusal = sampler.counters().front().spec.refusal; !refusal.empty()) {
    WARN("nothing is sampled here: " << refusal);
    return;
  }
  sampler.start();
  while (!sink.has_failed) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  sampler.finish();
  CHECK(sampler.totals().empty());
}

}  // namespace
}  // namespace memline::sampling
