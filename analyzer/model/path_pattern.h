/// \file path_matches(): patterns over paths, as --own, --not-own and --file take them. Pure.
#pragma once

#include <string_view>

namespace memline::model {

/// Whether a path is meant by `pattern`. With * or ? it is a glob for the whole path, or for its end if it starts with
/// neither / nor *. Without, it is the path, its last components, or a folder that it lies in.
bool path_matches(std::string_view pattern, std::string_view path);

}  // namespace memline::model
