#include "symbols/function_table.h"

#include <filesystem>
#include <utility>

namespace memline::symbols {

FileId FileTable::intern(std::string_view path) {
  if (path.empty()) return FileId();
  const auto known = ids_.find(path);
  if (known != ids_.end()) return known->second;
  const std::string normal = std::filesystem::path(path).lexically_normal().string();
  FileId id;
  if (const auto same = ids_.find(normal); same != ids_.end()) {
    id = same->second;
  } else {
    id = FileId(paths_.size());
    paths_.push_back(normal);
    ids_.emplace(paths_.back(), id);
  }
  return id;
}

FunctionId FunctionTable::intern(const std::string& key, Function fresh, std::string portable) {
  const auto [place, is_new] = ids_.try_emplace(key, FunctionId(functions_.size()));
  if (is_new) {
    functions_.push_back(std::move(fresh));
    portable_keys_.push_back(std::move(portable));
    return place->second;
  }
  Function& known = functions_[place->second.index()];
  if (known.file.none() && !fresh.file.none()) {
    known.file = fresh.file;
    known.decl_line = fresh.decl_line;
  }
  if (known.decl_line == 0 && known.file == fresh.file) known.decl_line = fresh.decl_line;
  if (known.linkage_name.empty()) known.linkage_name = std::move(fresh.linkage_name);
  if (known.enclosing.none() && fresh.enclosing != place->second) known.enclosing = fresh.enclosing;
  return place->second;
}

}  // namespace memline::symbols
