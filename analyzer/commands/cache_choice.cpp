#include "commands/cache_choice.h"

#include <cstdlib>

#include "memline/env.h"

namespace memline::commands {

std::string choose_cache_folder(const std::function<std::string(const char*)>& variable) {
  const auto absolute = [](const std::string& path) { return path.starts_with('/') ? path : std::string(); };
  if (const std::string chosen = variable(kEnvCache); !chosen.empty()) return absolute(chosen);  // "none" is relative
  if (const std::string base = absolute(variable("XDG_CACHE_HOME")); !base.empty()) return base + "/memline";
  const std::string home = absolute(variable("HOME"));
  return home.empty() ? home : home + "/.cache/memline";
}

bool is_cache_misunderstood(std::string_view value) {
  return !value.empty() && value != "none" && !value.starts_with('/');
}

std::string choose_cache_folder() {
  return choose_cache_folder([](const char* name) {
    const char* const value = std::getenv(name);
    return value == nullptr ? std::string() : std::string(value);
  });
}

}  // namespace memline::commands
