/// \file choose_functions() and functions_named(): the functions that a report is about.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "model/change_tape.h"
#include "model/profile.h"
#include "model/report_builder.h"

namespace memline::model {

/// What one --func or --file, or the lack of both, stands for.
struct FunctionGroup {
  std::vector<FunctionId> functions;  ///< in the order in which they are to be shown
  bool by_name = false;               ///< asked for by name: said to have no events if they have none
  std::string wanted;                 ///< the pattern, for messages
  std::string missing;                ///< why there is none of that; empty: there is
};

/// Errors kNothing: nothing that was asked for exists; where only some of it does not, its group says so. What is asked
/// for by name or file is looked for on every stack of the image. To find the hottest the events are replayed: `tape`,
/// if given, then gets their changes.
Result<std::vector<FunctionGroup>> choose_functions(Profile& profile, const ReportRequest& request,
                                                    ChangeTape* tape = nullptr);

/// The functions that the names (patterns as of --func) stand for, each once; none for no names. A name that stands for
/// nothing is an error (kNothing), or, with `missing`, is said there as long as others stand for something.
Result<std::vector<FunctionId>> functions_named(Profile& profile, const std::vector<std::string>& names,
                                                std::vector<std::string>* missing = nullptr);

/// The function that a lambda or OpenMP body is written in, itself for all others.
FunctionId outermost_function(FrameSource& frames, FunctionId id);

}  // namespace memline::model
