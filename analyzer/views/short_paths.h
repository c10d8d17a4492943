/// \file ShortPaths: paths cut to as many of their last components as tell them apart.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace memline::views {

class ShortPaths {
 public:
  /// `paths` are all that must be told apart; doubles do not matter.
  explicit ShortPaths(std::vector<std::string> paths);
  /// "solver/main.cpp" if another main.cpp is there, else "main.cpp". A path that was not given stays as it is.
  const std::string& operator()(const std::string& path) const;

 private:
  std::map<std::string, std::string> short_;
};

}  // namespace memline::views
