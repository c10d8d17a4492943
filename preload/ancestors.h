/// \file Which processes are somebody's children, and whether they are to be recorded.
#pragma once

#include "process_info.h"
#include "settings.h"

namespace memline::capture {

/// Whether an ancestor of `self` is being recorded into the file that the settings name for it: then this program was
/// started by a recorded one. Looks at the traces of up to 64 ancestors.
bool is_child_of_recorded(const Settings& settings, const Identity& self) noexcept;

/// The absolute path that the settings give for process `pid`. False: longer than a path may be.
bool own_path(const Settings& settings, std::uint32_t pid, PathText& out) noexcept;

}  // namespace memline::capture
