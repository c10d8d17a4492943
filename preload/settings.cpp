#include "settings.h"

#include "environment_file.h"
#include "memline/env.h"
#include "memline/variable_values.h"

namespace memline::capture {
namespace {

// The rank of an MPI process, as the launchers name it.
constexpr std::string_view kRankVariables[] = {"OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK", "MV2_COMM_WORLD_RANK",
                                               "SLURM_PROCID"};

void note_refused(std::string_view name, std::string_view value, const char* allowed, Settings& settings) noexcept {
  if (settings.refused_count == Settings::kMostRefused) return;
  RefusedValue& refused = settings.refused[settings.refused_count++];
  refused.variable.add(name);
  for (const char byte : value) refused.value.add(byte >= ' ' && byte <= '~' ? byte : '?');
  refused.allowed = allowed;
}

}  // namespace

void apply_variable(std::string_view name, std::string_view value, Settings& settings) noexcept {
  if (const char* const allowed = value.empty() ? nullptr : allowed_instead(name, value)) {
    note_refused(name, value, allowed, settings);
  } else if (name == kEnvOut) {
    settings.out_pattern.clear();
    settings.out_pattern.add(value);
  } else if (name == kEnvChildren) {
    settings.no_children = value == "none";
  } else if (name == kEnvStart) {
    settings.start_paused = value == "paused";
  } else if (name == kEnvMaxTrace) {
    parse_size(value, settings.max_trace_bytes);
  } else if (name == kEnvFreeStacks) {
    settings.no_free_stacks = value == "0";
  } else if (name == kEnvUnwinder) {
    settings.libunwind = value == "libunwind";
  } else if (name == kEnvPrivate) {
    settings.is_private = !value.empty() && value != "0";
  } else if (name == "LD_PRELOAD") {
    settings.under_valgrind = value.find("/vgpreload_") != std::string_view::npos;
  } else if (name == kEnvResident) {
    settings.no_resident = value == "0";
    settings.every_fault = value == "1";
  } else if (name == kEnvCounters) {
    settings.counters.clear();
    settings.counters.add(value);
  } else if (name == kEnvSidecar) {
    settings.sidecar.clear();
    settings.sidecar.add(value);
  } else if (settings.mpi_rank.empty()) {
    for (const std::string_view variable : kRankVariables) {
      if (name == variable) settings.mpi_rank.add(value);
    }
  }
}

void read_settings(const char* const* environment, Settings& settings) noexcept {
  const auto apply = [&](std::string_view name, std::string_view value) { apply_variable(name, value, settings); };
  if (environment != nullptr) {
    for (; *environment != nullptr; ++environment) split_variable(*environment, apply);
  } else {
    for_each_variable("/proc/self/environ", apply);
  }
  if (settings.out_pattern.empty()) settings.out_pattern.add(kDefaultOut);
}

}  // namespace memline::capture
