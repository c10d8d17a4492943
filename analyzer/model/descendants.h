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
/// Of `candidates` (paths) those that were written by descendants of the process of `path`, in their order.
std::vector<std::string> descendants_among(const std::string& path, std::vector<std::string> candidates);

}  // namespace memline::model
