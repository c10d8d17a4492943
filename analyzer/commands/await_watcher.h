/// \file await_watcher(): a trace is read once the process that wrote to it from outside has finished it.
#pragma once

#include <string>

#include "commands/command.h"

namespace memline::commands {

/// Returns when nobody is at work any more on the trace of a process that has ended, at once where there is nothing to
/// wait for. The sidecar of a program (see sidecar_command) needs some milliseconds after the program's end. Waits for some
/// seconds at most; then one line on standard error says that the last samples may be missing.
void await_watcher(const std::string& path, const Streams& streams);

}  // namespace memline::commands
