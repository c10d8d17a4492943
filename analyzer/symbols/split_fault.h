/// \file SplitFault: why the debug information of a unit, which lies in a .dwo file, cannot be had. Plain data.
#pragma once

#include <cstdint>
#include <string>

namespace memline::symbols {

enum class SplitProblem : std::uint8_t {
  kMissing,   ///< there is no such file
  kNoFile,    ///< there is something else in its place
  kForeign,   ///< it is of another build, or damaged
  kNameless,  ///< its functions refer to nothing that has their names: gcc -flto makes such files
};

struct SplitFault {
  std::string path;  ///< where the compiler has put the file
  SplitProblem problem = SplitProblem::kMissing;
};

}  // namespace memline::symbols
