/// \file build_report(): the flow columns of chosen functions.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/profile.h"
#include "model/report_model.h"

namespace memline::model {

struct ReportRequest {
  std::vector<std::string> functions;  ///< --func: names or globs
  std::vector<std::string> files;      ///< --file: all functions with events whose file matches
  bool rss = false;                    ///< --metric rss
  std::size_t hottest = 5;             ///< how many functions to show where neither is given
};

/// One FunctionReport for every function that matches; the hottest ones where nothing was asked for. A function that
/// exists but has no event is reported with no events and a note. Error kNothing: a name that matches nothing (the
/// message offers the nearest names), or a program without any function to show.
Result<ReportModel> build_report(Profile& profile, const ReportRequest& request);

}  // namespace memline::model
