/// \file The sidecar: a process of `memline` beside this one, for what can only be had from outside (counters, page faults
/// with their stacks), where that is asked for and `memline run` is not there.
///
/// One follows a program and all that it starts, since the kernel's events are inherited; exec goes on under the same.
/// Where neither is asked for, nothing is done at all. The library's constructor only: one thread.
#pragma once

#include <string_view>

#include "settings.h"
#include "trace_space.h"

namespace memline::capture {

/// Whether something is asked for that nobody does for this process yet. `trace` is its own; `is_continued`: an earlier
/// program of it began it, and may have had one started.
bool needs_sidecar(const Settings& settings, TraceSpace& trace, bool is_continued) noexcept;

/// Where session.awaits_sidecar: starts it and waits until it is ready, for some seconds at most. Where it cannot be had,
/// one line on standard error and the trace say why, and the program goes on without.
void start_sidecar() noexcept;

/// Calls visit(name) for each name of a list of counters: with commas between, but for those between two slashes.
template <class Visit>
void for_each_counter(std::string_view list, const Visit& visit) noexcept {
  bool in_terms = false;
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= list.size(); ++i) {
    if (i < list.size() && list[i] == '/') in_terms = !in_terms;
    if (i < list.size() && (list[i] != ',' || in_terms)) continue;
    if (i > begin) visit(std::string_view(list.data() + begin, i - begin));
    begin = i + 1;
  }
}

}  // namespace memline::capture
