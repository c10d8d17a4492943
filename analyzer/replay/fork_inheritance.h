/// \file inherit_parent(): gives a forked child's image the memory that its parent had at the fork.
///
/// Opens the parent's trace by the path that the child recorded, or beside the child's trace under the same name, each
/// also with ".old" (a later recording may have moved it away), and takes it only if its trace id is the recorded one.
/// The parent is replayed silently up to the fork; its own parent likewise. Stacks of live blocks and their modules are
/// added to the child's tables (a module is the same if build id, path and load bias are).
#pragma once

#include <string>

#include "replay/recording.h"

namespace memline::replay {

/// More generations than this are not followed: a damaged trace could name itself as its parent.
inline constexpr int kMostGenerations = 32;

/// `child_path`: the child's trace. Notes in `losses` what could not be had; then the child starts with nothing.
void inherit_parent(Image& child, const std::string& child_path, Losses& losses, int generation = 0);

}  // namespace memline::replay
