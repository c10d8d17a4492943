#include "sampling/counter_spec.h"

#include <linux/perf_event.h>

#include <cerrno>

#include "sampling/device_event.h"
#include "sampling/perf_events.h"
#include "support/catch.h"
#include "support/scratch_folder.h"

namespace memline::sampling {
namespace {

using memline::testing::ScratchFolder;

CounterSpec one(const std::string& name, const std::string& devices = "/missing") {
  const auto specs = parse_counters(name, devices);
  REQUIRE(specs.ok());
  REQUIRE(specs->size() == 1);
  return specs->front();
}

TEST_CASE("software events are sampled each, clocks a thousand times a second") {
  const CounterSpec clock = one("task-clock");
  CHECK(clock.type == PERF_TYPE_SOFTWARE);
  CHECK(clock.config == PERF_COUNT_SW_TASK_CLOCK);
  CHECK(clock.unit == trace::CounterUnit::kNanoseconds);
  CHECK(clock.sampling == trace::Sampling::kEvery);
  CHECK(clock.interval == 1'000'000);
  const CounterSpec faults = one("page-faults");
  CHECK(faults.faults);
  CHECK(faults.interval == 1);
  CHECK(one("minor-faults").config == PERF_COUNT_SW_PAGE_FAULTS_MIN);
  CHECK_FALSE(one("minor-faults").faults);
  CHECK(one("major-faults").config == PERF_COUNT_SW_PAGE_FAULTS_MAJ);
  CHECK(one("context-switches").config == PERF_COUNT_SW_CONTEXT_SWITCHES);
  CHECK(one("cpu-migrations").config == PERF_COUNT_SW_CPU_MIGRATIONS);
}

TEST_CASE("hardware events have perf's numbers") {
  CHECK(one("cycles").type == PERF_TYPE_HARDWARE);
  CHECK(one("cycles").config == 0);
  CHECK(one("cycles").sampling == trace::Sampling::kFrequency);
  CHECK(one("cycles").interval == 1000);
  CHECK(one("instructions").config == 1);
  CHECK(one("cache-references").config == 2);
  CHECK(one("cache-misses").config == 3);
  CHECK(one("branch-misses").config == 5);
  CHECK(one("stalled-cycles-frontend").config == 7);
  CHECK(one("stalled-cycles-backend").config == 8);
  // cache | operation << 8 | result << 16, perf_event_open(2)
  CHECK(one("LLC-loads").type == PERF_TYPE_HW_CACHE);
  CHECK(one("LLC-loads").config == 0x000002);
  CHECK(one("LLC-load-misses").config == 0x010002);
  CHECK(one("dTLB-loads").config == 0x000003);
  CHECK(one("dTLB-load-misses").config == 0x010003);
  CHECK(one("L1-dcache-stores").config == 0x000100);
  CHECK(one("r01c2").type == PERF_TYPE_RAW);
  CHECK(one("r01c2").config == 0x1c2);
}

TEST_CASE("a list may hold blanks and doubles, but no unknown name") {
  const auto specs = parse_counters("task-clock, page-faults,faults,,cs");
  REQUIRE(specs.ok());
  REQUIRE(specs->size() == 3);
  CHECK((*specs)[2].name == "cs");
  for (const char* wrong :
       {"", ",", "page-fault", "r", "rxyz", "r11112222333344445", "LLC-misses", "x/", "/x/", "../x/"}) {
    const auto refused = parse_counters(wrong);
    CHECK_FALSE(refused.ok());
    if (!refused.ok()) CHECK(refused.error().code == ExitCode::kUsage);
  }
}

TEST_CASE("events of a device are read out of sysfs") {
  const ScratchFolder folder;
  folder.write("cpu/type", "4\n");
  folder.write("cpu/format/event", "config:0-7,32-35\n");
  folder.write("cpu/format/umask", "config:8-15\n");
  folder.write("cpu/format/edge", "config:18\n");
  folder.write("cpu/format/ldlat", "config1:0-15\n");
  folder.write("cpu/events/mem-loads", "event=0xcd,umask=0x1,ldlat=3\n");
  const std::string& devices = folder.path();
  const CounterSpec loads = one("cpu/mem-loads/", devices);
  CHECK(loads.type == 4);
  CHECK(loads.config == 0x1cd);
  CHECK(loads.config1 == 3);
  CHECK(loads.sampling == trace::Sampling::kFrequency);
  // the bits that do not fit into 0-7 go to 32-35
  CHECK(one("cpu/event=0x1c2,umask=2,edge/", devices).config == 0x1000402c2);
  CHECK(one("cpu/config=0x10,config1=0x20/", devices).config1 == 0x20);
  CHECK(parse_counters("task-clock,cpu/event=1,umask=2/", devices)->size() == 2);
  CHECK_FALSE(parse_counters("cpu/nothing=1/", devices).ok());
  CHECK_FALSE(parse_counters("cpu/event=x/", devices).ok());
  CHECK_FALSE(parse_counters("cpu/../type=1/", devices).ok());
  CHECK(one("other/event=1/", devices).refusal == "not supported here: there is no device other");
}

TEST_CASE("formats of the kernel's list bits, or are none") {
  std::array<std::uint64_t, 3> config{};
  CHECK(apply_format("config2:60-63", 0xf, config));
  CHECK(config[2] == 0xf000000000000000);
  for (const char* wrong : {"", "config", "config:", "config:5-3", "config:64", "config3:1", "config:x"}) {
    CHECK_FALSE(apply_format(wrong, 1, config));
  }
}

TEST_CASE("a refusal says what to do") {
  CHECK(refusal_of(ENOENT, 2) == "not supported here");
  CHECK(refusal_of(EOPNOTSUPP, 2) == "not supported here");
  CHECK(refusal_of(EACCES, 3).find("sysctl kernel.perf_event_paranoid=2") != std::string::npos);
  CHECK(refusal_of(EPERM, 2).find("seccomp") != std::string::npos);
  CHECK(refusal_of(ENOSYS, 2).find("the kernel has no perf events") != std::string::npos);
}

}  // namespace
}  // namespace memline::sampling
