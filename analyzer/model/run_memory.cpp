#include "model/run_memory.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "model/frame_source.h"
#include "model/function_choice.h"
#include "model/region_tracker.h"

namespace memline::model {
namespace {

/// main of the program, not of a library that happens to have one.
std::vector<FunctionId> find_main(Profile& profile) {
  const Result<std::vector<FunctionId>> found = functions_named(profile, {"main"});
  std::vector<FunctionId> functions = found ? *found : std::vector<FunctionId>();
  std::erase_if(functions, [&](FunctionId id) {
    const ModuleId module = profile.frames().function(id).module;
    return module.none() || !profile.image().modules[module.index()].main_executable;
  });
  return functions;
}

/// Bytes that were live when the region began.
std::int64_t before(const Region& region) {
  return region.memory_usage - region.memory_delta;
}

}  // namespace

Result<RunMemory> measure_memory(Profile& profile, const std::optional<std::string>& function) {
  std::vector<FunctionId> functions;
  if (function) {
    Result<std::vector<FunctionId>> found = functions_named(profile, {*function});
    if (!found) return found.error();
    functions = std::move(found).value();
  } else {
    functions = find_main(profile);
  }
  RunMemory memory;
  std::optional<Region> first;
  const auto take = [&](const Region& region) {
    if (region.kind != RegionKind::kFunction) return;
    const std::int64_t peak = region.memory_usage + region.memory_peak;
    memory.peak = std::max(memory.peak, peak);
    memory.increment = std::max(memory.increment, peak - before(region));
    if (!first || region.begin_ticks < first->begin_ticks) first = region;
  };
  const CounterColumns counters(profile.image());
  RegionTracker tracker(profile.frames(), functions, std::vector<std::string>(functions.size()), profile.image(),
                        counters, RegionMetric::kHeap, take);
  const Result<replay::Outcome> outcome = profile.run(&tracker);
  if (!outcome) return outcome.error();
  tracker.finish();
  if (function) {
    if (first) return memory;
    return Error{ExitCode::kNothing, "no event has '" + *function + "' on its stack", profile.recording().path};
  }
  // The process's own peak: main may have ended, or not begun, when it was reached.
  memory.since_start = !first;
  memory.peak = outcome->peak_live_bytes;
  memory.increment = memory.peak - (first ? before(*first) : outcome->inherited_bytes);
  return memory;
}

}  // namespace memline::model
