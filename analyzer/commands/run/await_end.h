/// \file await_end(): waits for the end of a program, while it is looked after, for as long as it may take.
#pragma once

#include <chrono>
#include <functional>
#include <optional>

#include "commands/run/child_process.h"
#include "model/program_end.h"

namespace memline::commands {

/// How long a run may take; nullopt: as long as it likes.
using TimeLimit = std::optional<std::chrono::duration<double>>;

/// A program that may take only so long is killed with all of its group, which must be its own then.
inline ProcessGroup group_for(const TimeLimit& limit) {
  return limit ? ProcessGroup::kItsOwn : ProcessGroup::kOurs;
}

struct AwaitedEnd {
  int wait_status = 0;  ///< as from waitpid
  model::ProgramEnd end;
};

/// `look_after` is called again and again, and says after how long it wants to be called next; null: nothing to do.
/// Where it throws (there is no memory, say) it is not called again; the program is waited for all the same.
/// `start` is when the program was started.
AwaitedEnd await_end(ChildProcess& child, std::chrono::steady_clock::time_point start, const TimeLimit& limit,
                     const std::function<std::chrono::nanoseconds()>& look_after = {});

}  // namespace memline::commands
