/// \file pack_file(): replaces a raw trace by a packed one, or writes it elsewhere.
///
/// Written into OUT.packing (new, never through a symbolic link, with the raw trace's permissions), checked by opening it,
/// and only then renamed: whatever goes wrong before, a full disk above all, leaves the raw trace as it is and removes
/// what was begun. The raw trace must not change meanwhile; the one of a running process is refused.
#pragma once

#include <functional>
#include <string>

#include "base/result.h"
#include "trace/pack/packer.h"

namespace memline::commands {

/// `out` empty: in place of `path`; else a name that does not exist yet. `stop` as in trace::pack::pack().
Result<trace::pack::PackedSizes> pack_file(const std::string& path, const std::string& out,
                                           const std::function<bool()>& stop = nullptr);

}  // namespace memline::commands
