/// \file measure_trace(): the memory of a run, out of the traces that it has left.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/repeated_runs.h"

namespace memline::commands {

/// Of several processes, the one that allocated most. What the numbers lack is added to `notes`, unless it is there.
Result<model::RunMemory> measure_trace(const std::string& trace, const std::optional<std::string>& function,
                                       std::vector<std::string>& notes);

/// Says so where the kernel's peak RSS of a run is not known.
void note_unknown_rss(const std::optional<std::uint64_t>& peak_rss_bytes, std::vector<std::string>& notes);

/// Adds a sentence, unless it is there.
void note_once(std::vector<std::string>& notes, const std::string& sentence);

}  // namespace memline::commands
