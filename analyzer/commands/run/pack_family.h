/// \file pack_family(): packs the traces that a program and its descendants have left.
#pragma once

#include <string>
#include <vector>

#include "commands/command.h"

namespace memline::commands {

/// Those of processes that have ended. A trace that cannot be packed stays as it is, with a line on standard error. Stops
/// where a signal that ends programs is waiting for this process.
void pack_family(const std::vector<std::string>& traces, const Streams& streams);

}  // namespace memline::commands
