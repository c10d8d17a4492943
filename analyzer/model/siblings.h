/// \file sibling_traces(): the other recordings that lie beside one: children write TRACE.PID.
#pragma once

#include <string>
#include <vector>

namespace memline::model {

/// Names (without folder) of the traces beside `path` that are called like it with a number appended, the largest file
/// first. Looks at names and magic numbers only.
std::vector<std::string> sibling_traces(const std::string& path);

}  // namespace memline::model
