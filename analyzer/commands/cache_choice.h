/// \file choose_cache_folder(): where answers about debug information are kept between runs.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace memline::commands {

/// MEMLINE_CACHE if it is set, else the folder memline of XDG_CACHE_HOME or of ~/.cache. Empty: none, because it is
/// turned off or no absolute path is known. `variable` is getenv(), with "" for what is not set.
std::string choose_cache_folder(const std::function<std::string(const char*)>& variable);

/// The same from the process's own environment.
std::string choose_cache_folder();

/// Whether MEMLINE_CACHE, with this value, is neither a folder that can be used nor the word for none.
bool is_cache_misunderstood(std::string_view value);

}  // namespace memline::commands
