/// \file The environment of the profiled program: the preload and its variables.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace memline::commands {

/// What the options of `memline run` say; nullopt leaves the variable as it is.
struct RunOptions {
  std::optional<std::string> out, children, start, max_trace, free_stacks, unwinder, resident, counters;
  bool private_trace = false;
};

/// execvp's, where PATH is not set.
inline constexpr char kDefaultSearchPath[] = "/bin:/usr/bin";

/// Our own environment variable; `otherwise` where it is not set or empty.
std::string variable_or(const char* name, std::string otherwise);
/// Bytes of a size such as 64M, as MEMLINE_MAX_TRACE has it; 0, no limit, for anything else.
std::uint64_t bytes_or_no_limit(const std::string& size);
/// Our own environment, NAME=VALUE each.
std::vector<std::string> own_environment();

/// The preload that belongs to this program: beside it in the build tree, in the library folder of its installation, or
/// by its plain name wherever the loader finds it.
Result<std::string> find_preload();

/// `environment` (NAME=VALUE each) with the variables of `options`, and `preload` first in LD_PRELOAD.
std::vector<std::string> make_environment(std::vector<std::string> environment, const RunOptions& options,
                                          const std::string& preload);

/// The first variable in `environment` (NAME=VALUE each) whose value the preload would not take.
std::optional<Error> find_refused_value(const std::vector<std::string>& environment);

}  // namespace memline::commands
