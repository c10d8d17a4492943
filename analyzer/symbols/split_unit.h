/// \file find_split_unit(): the part of a unit that lies in a .dwo file (DWARF 5, section 7.3.2.2), or why there is none.
///
/// Without it the unit still has its lines, but neither the functions nor what was inlined into them.
#pragma once

#include <elfutils/libdw.h>

#include <optional>
#include <string>

#include "symbols/split_fault.h"

namespace memline::symbols {

struct SplitUnit {
  std::optional<Dwarf_Die> die;
  std::optional<SplitFault> fault;  ///< with kNameless there is a `die`, too
};

/// `skeleton` is the unit's DIE in the module, which was read from `module_path`. The unit found is libdw's, and lives
/// as long as the skeleton.
SplitUnit find_split_unit(Dwarf_Die skeleton, const std::string& module_path);

}  // namespace memline::symbols
