/// \file descendant_traces(): the recordings of a process's children, and theirs, which lie beside its own: children
/// write TRACE.PID.
#pragma once

#include <string>
#include <vector>

namespace memline::model {

/// Names (without folder) of the traces beside `path` that are called like it with a number appended and were written
/// by descendants of its process, the largest file first. Older traces that happen to lie there are left out. Reads the
/// beginning of each file only, and of very many the largest.
std::vector<std::string> descendant_traces(const std::string& path);

}  // namespace memline::model
