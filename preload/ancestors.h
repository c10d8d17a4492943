/// \file Whether this program was started by one that is being recorded.
#pragma once

namespace memline::capture {

/// Whether one of up to 64 ancestors has this very library loaded. An ancestor whose mappings may not be looked at (of
/// another user, or made private) counts as not recorded.
bool is_child_of_recorded() noexcept;

/// Whether one of them asks for counters or page faults: what samples it samples this process, too.
bool is_child_of_sampled() noexcept;

}  // namespace memline::capture
