/// \file fail_to_start(): says why a program could not be started.
#pragma once

#include <string>

#include "commands/command.h"

namespace memline::commands {

/// `reason` is exec's errno. Returns what a shell would: 127 if there is no such program, else 126.
int fail_to_start(const Streams& streams, const std::string& program, int reason);

}  // namespace memline::commands
