/// \file FunctionTable and FileTable: every source function and source path once, under a stable id.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/strong_id.h"
#include "symbols/function.h"

namespace memline::symbols {

class FileTable {
 public:
  /// Normalises the path lexically ("/a/./b/../c" is "/a/c"); none() for "".
  FileId intern(std::string_view path);
  std::string_view path(FileId id) const {
    return id.index() < paths_.size() ? paths_[id.index()] : std::string_view();
  }

 private:
  std::deque<std::string> paths_;  // a deque: the views in ids_ stay valid
  std::unordered_map<std::string_view, FileId> ids_;
};

class FunctionTable {
 public:
  /// The function known under `key`, or `fresh` under a new id. What the known one lacked (file, line, linkage name)
  /// is taken over from `fresh`.
  /// `portable`: the key in a form that means the same in every process.
  FunctionId intern(const std::string& key, Function fresh, std::string portable = {});
  const std::string& portable_key(FunctionId id) const { return portable_keys_[id.index()]; }

  const Function& operator[](FunctionId id) const { return functions_[id.index()]; }
  Function& operator[](FunctionId id) { return functions_[id.index()]; }
  std::size_t size() const { return functions_.size(); }

 private:
  std::deque<std::string> portable_keys_;
  std::deque<Function> functions_;  // a deque: references that were handed out stay valid
  std::unordered_map<std::string, FunctionId> ids_;
};

}  // namespace memline::symbols
