#include "commands/run/run_environment.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <utility>

#include "base/escape.h"
#include "memline/env.h"
#include "memline/variable_values.h"

namespace memline::commands {
namespace {

constexpr std::string_view kPreloadName = "libmemline.so";

void set_variable(std::vector<std::string>& environment, std::string_view name, const std::string& value) {
  const std::string prefix = std::string(name) + '=';
  std::erase_if(environment, [&](const std::string& entry) { return entry.starts_with(prefix); });
  environment.push_back(prefix + value);
}

std::string variable(const std::vector<std::string>& environment, std::string_view name) {
  const std::string prefix = std::string(name) + '=';
  for (const std::string& entry : environment) {
    if (entry.starts_with(prefix)) return entry.substr(prefix.size());
  }
  return {};
}

}  // namespace

std::string variable_or(const char* name, std::string otherwise) {
  const char* const value = std::getenv(name);
  return value != nullptr && *value != '\0' ? value : std::move(otherwise);
}

std::uint64_t bytes_or_no_limit(const std::string& size) {
  std::uint64_t bytes = 0;
  parse_size(size, bytes);
  return bytes;
}

std::vector<std::string> own_environment() {
  std::vector<std::string> environment;
  for (char** entry = ::environ; *entry != nullptr; ++entry) environment.emplace_back(*entry);
  return environment;
}

Result<std::string> find_preload() {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::path folder = fs::read_symlink("/proc/self/exe", error).parent_path();
  if (!error) {
    for (const std::string_view place : {"../preload", MEMLINE_LIBRARY_FOLDER, "../lib", "../lib64"}) {
      const fs::path candidate = (folder / place / kPreloadName).lexically_normal();
      if (!fs::is_regular_file(candidate, error)) continue;
      if (candidate.native().find_first_of(" :") == std::string::npos) return candidate.native();
      return Error{ExitCode::kUsage, "LD_PRELOAD cannot carry a path with blanks or colons; move it",
                   candidate.native()};
    }
  }
  return std::string(kPreloadName);
}

std::vector<std::string> make_environment(std::vector<std::string> environment, const RunOptions& options,
                                          const std::string& preload) {
  const auto set = [&](std::string_view name, const std::optional<std::string>& value) {
    if (value) set_variable(environment, name, *value);
  };
  set(kEnvOut, options.out);
  set(kEnvChildren, options.children);
  set(kEnvStart, options.start);
  set(kEnvMaxTrace, options.max_trace);
  set(kEnvFreeStacks, options.free_stacks);
  set(kEnvResident, options.resident);
  set(kEnvCounters, options.counters);
  set(kEnvUnwinder, options.unwinder);
  set_variable(environment, kEnvSidecar, kNoSidecar);  // what it would do is done here
  if (options.private_trace) set_variable(environment, kEnvPrivate, "1");
  const std::string others = variable(environment, "LD_PRELOAD");
  set_variable(environment, "LD_PRELOAD", others.empty() ? preload : preload + ':' + others);
  return environment;
}

std::optional<Error> find_refused_value(const std::vector<std::string>& environment) {
  for (const std::string& entry : environment) {
    const std::size_t equals = entry.find('=');
    if (equals == std::string::npos || equals + 1 == entry.size()) continue;
    if (const char* const allowed = allowed_instead(entry.substr(0, equals), entry.substr(equals + 1))) {
      return Error{ExitCode::kUsage, fmt::format("{} is not understood; it takes {}", escape_control(entry), allowed)};
    }
  }
  return std::nullopt;
}

}  // namespace memline::commands
