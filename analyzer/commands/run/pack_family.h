/// \file pack_family(): packs the traces that a program and its descendants have left.
#pragma once

#include <string>
#include <vector>

#include "commands/command.h"

namespace memline::commands {

/// `trace` is the program's own, `later` may hold traces of strangers too: of those only the descendants' are packed,
/// and only where the process has ended. A trace that cannot be packed stays as it is, with a line on standard error.
/// Stops where a signal that ends programs is waiting for this process.
void pack_family(const std::string& trace, const std::vector<std::string>& later, const Streams& streams);

}  // namespace memline::commands
