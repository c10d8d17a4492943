/// \file SourceCache: the text of source files, read once.
///
/// A file is taken from its recorded path, or else from a --source folder that has it under the end of that path. Only
/// regular files of a bounded size are opened, and opening never waits. The bytes of a line are the file's own,
/// whatever its encoding: who shows them escapes what is harmful. Never fails: a SourceFile says why it has no text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "model/report_model.h"

namespace memline::model {

struct SourceFile {
  SourceState state = SourceState::kUnknown;
  std::string path;                ///< where the text was found
  std::vector<std::string> lines;  ///< line n is lines[n - 1]

  bool has_line(std::uint32_t line) const { return line >= 1 && line <= lines.size(); }
};

class SourceCache {
 public:
  static constexpr std::uint64_t kMostBytes = std::uint64_t{64} << 20;
  static constexpr std::size_t kMostLineBytes = 2000;

  explicit SourceCache(std::vector<std::string> folders) : folders_(std::move(folders)) {}

  /// The text of `recorded_path`. `built_at`: seconds since the epoch when the program was built; a file changed later
  /// is kNewer. 0: not known.
  const SourceFile& file(std::string_view recorded_path, std::int64_t built_at);

 private:
  std::vector<std::string> candidates(std::string_view recorded_path) const;

  std::vector<std::string> folders_;
  std::map<std::string, SourceFile, std::less<>> files_;
};

}  // namespace memline::model
