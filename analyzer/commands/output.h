/// \file How commands say what went wrong or is missing: one line each on standard error, and the exit code.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "commands/args.h"
#include "commands/command.h"
#include "model/common_info.h"
#include "views/table.h"

namespace memline::commands {

/// "memline: PATH: message (at offset N)"; returns the error's exit code.
int fail(const Streams& streams, const Error& error);

/// The same of the exception at hand, which a library has thrown: to be called where one is caught.
int fail_by_exception(const Streams& streams);

/// One line on standard error.
void say(const Streams& streams, std::string_view message);

/// The exit code of a report that was shown: kUnreadable where the trace at `path` is damaged, which is said too; else
/// kDone.
int finish(const Streams& streams, const std::string& path, const model::CommonInfo& common);

/// Writes tables as text, two blank lines between. Notes that all of them end with stand below the last one only.
void write_text(const Streams& streams, std::vector<views::Table> tables, const OutputArguments& output);

}  // namespace memline::commands
