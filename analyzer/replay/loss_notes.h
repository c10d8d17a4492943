/// \file Losses from where they come from: the trace's header counters and what its readers found damaged.
#pragma once

#include "memline/trace_block.h"
#include "replay/recording.h"
#include "trace/damage.h"

namespace memline::replay {

/// What the program itself could not record.
void add_header_losses(const trace::TraceHeader& header, Losses& losses);
/// What could not be read. `whose` goes before each note ("", or "parent's trace: ").
void add_damage(const trace::Damage& damage, const std::string& whose, Losses& losses);
/// Adds the note and says that events are missing.
void add_incomplete(Losses& losses, std::string note);

}  // namespace memline::replay
