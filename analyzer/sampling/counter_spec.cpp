#include "sampling/counter_spec.h"

#include <fmt/format.h>
#include <linux/perf_event.h>

#include <algorithm>
#include <optional>
#include <string_view>

#include "base/parse_number.h"
#include "sampling/device_event.h"

namespace memline::sampling {
namespace {

/// Where events are many: samples a second. A thousand cost half a percent of the time, stacks included.
constexpr std::uint64_t kSamplesPerSecond = 1000;
constexpr std::uint64_t kClockIntervalNs = 1'000'000'000 / kSamplesPerSecond;

constexpr std::uint64_t cache_event(std::uint64_t cache, std::uint64_t operation, std::uint64_t result) {
  return cache | (operation << 8) | (result << 16);
}

struct KnownEvent {
  std::string_view name;
  std::uint32_t type;
  std::uint64_t config;
};

constexpr KnownEvent kKnown[] = {
    {"task-clock", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_TASK_CLOCK},
    {"cpu-clock", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CPU_CLOCK},
    {"page-faults", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_PAGE_FAULTS},
    {"faults", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_PAGE_FAULTS},
    {"minor-faults", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_PAGE_FAULTS_MIN},
    {"major-faults", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_PAGE_FAULTS_MAJ},
    {"context-switches", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CONTEXT_SWITCHES},
    {"cs", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CONTEXT_SWITCHES},
    {"cpu-migrations", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CPU_MIGRATIONS},
    {"migrations", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CPU_MIGRATIONS},
    {"alignment-faults", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_ALIGNMENT_FAULTS},
    {"emulation-faults", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_EMULATION_FAULTS},
    {"cycles", PERF_TYPE_HARDWARE, PERF_COUNT_HW_CPU_CYCLES},
    {"cpu-cycles", PERF_TYPE_HARDWARE, PERF_COUNT_HW_CPU_CYCLES},
    {"ref-cycles", PERF_TYPE_HARDWARE, PERF_COUNT_HW_REF_CPU_CYCLES},
    {"bus-cycles", PERF_TYPE_HARDWARE, PERF_COUNT_HW_BUS_CYCLES},
    {"instructions", PERF_TYPE_HARDWARE, PERF_COUNT_HW_INSTRUCTIONS},
    {"cache-references", PERF_TYPE_HARDWARE, PERF_COUNT_HW_CACHE_REFERENCES},
    {"cache-misses", PERF_TYPE_HARDWARE, PERF_COUNT_HW_CACHE_MISSES},
    {"branches", PERF_TYPE_HARDWARE, PERF_COUNT_HW_BRANCH_INSTRUCTIONS},
    {"branch-instructions", PERF_TYPE_HARDWARE, PERF_COUNT_HW_BRANCH_INSTRUCTIONS},
    {"branch-misses", PERF_TYPE_HARDWARE, PERF_COUNT_HW_BRANCH_MISSES},
    {"stalled-cycles-frontend", PERF_TYPE_HARDWARE, PERF_COUNT_HW_STALLED_CYCLES_FRONTEND},
    {"stalled-cycles-backend", PERF_TYPE_HARDWARE, PERF_COUNT_HW_STALLED_CYCLES_BACKEND},
};

constexpr std::pair<std::string_view, std::uint64_t> kCaches[] = {
    {"L1-dcache", PERF_COUNT_HW_CACHE_L1D}, {"L1-icache", PERF_COUNT_HW_CACHE_L1I}, {"LLC", PERF_COUNT_HW_CACHE_LL},
    {"dTLB", PERF_COUNT_HW_CACHE_DTLB},     {"iTLB", PERF_COUNT_HW_CACHE_ITLB},     {"branch", PERF_COUNT_HW_CACHE_BPU},
    {"node", PERF_COUNT_HW_CACHE_NODE},
};

constexpr std::pair<std::string_view, std::uint64_t> kCacheOperations[] = {
    {"load", PERF_COUNT_HW_CACHE_OP_READ},
    {"store", PERF_COUNT_HW_CACHE_OP_WRITE},
    {"prefetch", PERF_COUNT_HW_CACHE_OP_PREFETCH},
};

/// "LLC-loads", "dTLB-load-misses", "L1-dcache-stores".
std::optional<std::uint64_t> find_cache_event(std::string_view name) {
  for (const auto& [cache, cache_number] : kCaches) {
    for (const auto& [operation, operation_number] : kCacheOperations) {
      const std::string stem = fmt::format("{}-{}", cache, operation);
      const bool plural = name == stem + "s" || (operation == "prefetch" && name == stem + "es");
      if (plural) return cache_event(cache_number, operation_number, PERF_COUNT_HW_CACHE_RESULT_ACCESS);
      if (name == stem + "-misses") {
        return cache_event(cache_number, operation_number, PERF_COUNT_HW_CACHE_RESULT_MISS);
      }
    }
  }
  return std::nullopt;
}

std::optional<std::uint64_t> find_raw_event(std::string_view name) {
  if (name.size() < 2 || name.size() > 17 || name[0] != 'r') return std::nullopt;
  return parse_number<std::uint64_t>(name.substr(1), 16);
}

bool is_clock(const CounterSpec& spec) {
  return spec.type == PERF_TYPE_SOFTWARE &&
         (spec.config == PERF_COUNT_SW_TASK_CLOCK || spec.config == PERF_COUNT_SW_CPU_CLOCK);
}

/// Software events other than clocks are few enough to be sampled each.
void choose_sampling(CounterSpec& spec) {
  spec.interval = kSamplesPerSecond;
  if (is_clock(spec)) {
    spec.unit = trace::CounterUnit::kNanoseconds;
    spec.sampling = trace::Sampling::kEvery;
    spec.interval = kClockIntervalNs;
  } else if (spec.type == PERF_TYPE_SOFTWARE) {
    spec.sampling = trace::Sampling::kEvery;
    spec.interval = 1;
  }
  spec.faults = spec.type == PERF_TYPE_SOFTWARE && spec.config == PERF_COUNT_SW_PAGE_FAULTS;
}

/// At commas that do not stand between slashes.
std::vector<std::string> split(const std::string& list) {
  std::vector<std::string> names(1);
  bool inside = false;
  for (const char c : list) {
    if (c == '/') inside = !inside;
    if (c == ',' && !inside) {
      names.emplace_back();
    } else if (c != ' ') {
      names.back() += c;
    }
  }
  std::erase(names, "");
  return names;
}

Result<CounterSpec> parse_counter(const std::string& name, const std::string& devices) {
  CounterSpec spec;
  spec.name = name;
  if (name.find('/') != std::string::npos) {
    Result<DeviceEvent> event = find_device_event(name, devices);
    if (!event) return event.error();
    spec.type = event->type;
    spec.config = event->config[0];
    spec.config1 = event->config[1];
    spec.config2 = event->config[2];
    spec.refusal = event->missing;
    choose_sampling(spec);
    return spec;
  }
  const auto known =
      std::find_if(std::begin(kKnown), std::end(kKnown), [&](const KnownEvent& event) { return event.name == name; });
  if (known != std::end(kKnown)) {
    spec.type = known->type;
    spec.config = known->config;
  } else if (const auto cache = find_cache_event(name)) {
    spec.type = PERF_TYPE_HW_CACHE;
    spec.config = *cache;
  } else if (const auto raw = find_raw_event(name)) {
    spec.type = PERF_TYPE_RAW;
    spec.config = *raw;
  } else {
    return Error{ExitCode::kUsage, fmt::format("no counter is called '{}'; see memline run --help", name)};
  }
  choose_sampling(spec);
  return spec;
}

}  // namespace

Result<std::vector<CounterSpec>> parse_counters(const std::string& list, const std::string& devices) {
  std::vector<CounterSpec> specs;
  for (const std::string& name : split(list)) {
    Result<CounterSpec> spec = parse_counter(name, devices);
    if (!spec) return spec.error();
    const bool doubled = std::any_of(specs.begin(), specs.end(), [&](const CounterSpec& other) {
      return other.name == spec->name || (other.type == spec->type && other.config == spec->config &&
                                          other.config1 == spec->config1 && other.config2 == spec->config2);
    });
    if (!doubled) specs.push_back(std::move(spec).value());
  }
  if (specs.empty()) return Error{ExitCode::kUsage, "the list of counters is empty"};
  return specs;
}

CounterSpec page_faults(bool asked_for) {
  CounterSpec spec;
  spec.name = "page-faults";
  spec.type = PERF_TYPE_SOFTWARE;
  spec.config = PERF_COUNT_SW_PAGE_FAULTS;
  spec.asked_for = asked_for;
  choose_sampling(spec);
  return spec;
}

}  // namespace memline::sampling
