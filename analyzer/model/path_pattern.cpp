#include "model/path_pattern.h"

#include "symbols/name_match.h"

namespace memline::model {

namespace {

bool component_starts_at(std::string_view path, std::size_t at) {
  return at == 0 || path[at - 1] == '/';
}

}  // namespace

bool path_matches(std::string_view pattern, std::string_view path) {
  if (pattern.empty()) return false;
  if (pattern.find_first_of("*?") != std::string_view::npos) {
    if (pattern.front() == '/' || pattern.front() == '*') return symbols::glob_match(pattern, path);
    for (std::size_t at = 0; at < path.size(); ++at) {
      if (component_starts_at(path, at) && symbols::glob_match(pattern, path.substr(at))) return true;
    }
    return false;
  }
  while (pattern.size() > 1 && pattern.back() == '/') pattern.remove_suffix(1);
  for (std::size_t at = path.find(pattern); at != std::string_view::npos; at = path.find(pattern, at + 1)) {
    const std::size_t end = at + pattern.size();
    const bool starts = pattern.front() == '/' ? at == 0 : component_starts_at(path, at);
    if (starts && (end == path.size() || path[end] == '/' || pattern.back() == '/')) return true;
  }
  return false;
}

}  // namespace memline::model
