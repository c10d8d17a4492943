/// \file open_profile(): the first half of every report: from a command line to an opened recording.
#pragma once

#include <memory>

#include "base/result.h"
#include "commands/args.h"
#include "model/profile.h"

namespace memline::commands {

/// Opens the trace: of a process with descendants, where no trace was named, that of the one that allocated most, which
/// is said on standard error and noted in `arguments`. With --verbose says on standard error which rules tell own code
/// from library code.
Result<std::unique_ptr<model::Profile>> open_profile(ProfileArguments& arguments, const Streams& streams);

}  // namespace memline::commands
