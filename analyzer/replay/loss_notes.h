/// \file Losses from where they come from: the trace's header counters and what its readers found damaged.
#pragma once

#include "memline/trace_block.h"
#include "replay/recording.h"
#include "trace/damage.h"

namespace memline::replay {

/// What the program itself could not record.
void add_header_losses(const trace::TraceHeader& header, Losses& losses);
/// What of it a forked child may lack: the counters are of the parent's whole life, so events and bytes stay as they
/// are.
void add_parents_header_losses(const trace::TraceHeader& header, Losses& losses);
/// What the replay of the parent up to the fork found.
void add_parents_losses(const Losses& parent, Losses& losses);
/// What could not be read, of the trace itself or of its parent's.
void add_damage(const trace::Damage& damage, Losses& losses);
void add_parents_damage(const trace::Damage& damage, Losses& losses);
/// Adds the note and says that events are missing.
void add_incomplete(Losses& losses, std::string note);

}  // namespace memline::replay
