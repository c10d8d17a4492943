/// \file make_function_report(): one function's flow, its code lines and its source text, put together. Reads source
/// files through the profile's SourceCache.
#pragma once

#include "model/line_flow.h"
#include "model/profile.h"
#include "model/report_model.h"

namespace memline::model {

FunctionReport make_function_report(Profile& profile, FunctionId id, const FunctionFlow& flow);

}  // namespace memline::model
