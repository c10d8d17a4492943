/// \file TemporaryFolder: a folder for traces that nobody keeps; gone, with all that is in it, with the object.
#pragma once

#include <string>

#include "base/result.h"

namespace memline::commands {

class TemporaryFolder {
 public:
  /// In TMPDIR, else in /var/tmp: traces can be large, and /tmp is often memory.
  static Result<TemporaryFolder> make();
  TemporaryFolder(TemporaryFolder&& other) noexcept;
  TemporaryFolder& operator=(TemporaryFolder&& other) = delete;
  TemporaryFolder(const TemporaryFolder&) = delete;
  ~TemporaryFolder();

  const std::string& path() const { return path_; }

 private:
  explicit TemporaryFolder(std::string path);

  std::string path_;  ///< absolute; "": moved from
};

}  // namespace memline::commands
