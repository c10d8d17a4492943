#include "views/short_paths.h"

#include <algorithm>

namespace memline::views {
namespace {

/// The last `components` components; the whole path where it has no more.
std::string tail(const std::string& path, std::size_t components) {
  std::size_t begin = path.size();
  for (; components > 0 && begin > 0; --components) {
    const std::size_t slash = path.rfind('/', begin - 1);
    if (slash == std::string::npos) return path;
    begin = slash;
  }
  return begin == 0 ? path : path.substr(begin + 1);
}

}  // namespace

ShortPaths::ShortPaths(std::vector<std::string> paths) {
  std::sort(paths.begin(), paths.end());
  paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
  for (std::size_t components = 1; !paths.empty(); ++components) {
    std::map<std::string, std::size_t> uses;
    for (const std::string& path : paths) ++uses[tail(path, components)];
    std::erase_if(paths, [&](const std::string& path) {
      std::string end = tail(path, components);
      if (uses[end] > 1 && end != path) return false;
      short_.emplace(path, std::move(end));
      return true;
    });
  }
}

const std::string& ShortPaths::operator()(const std::string& path) const {
  const auto found = short_.find(path);
  return found == short_.end() ? path : found->second;
}

}  // namespace memline::views
