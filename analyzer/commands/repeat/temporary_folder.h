/// \file TemporaryFolder: a folder for traces that nobody keeps; gone, with all that is in it, with the object.
///
/// It goes as well where we are killed, by whatever signal: a process of its own waits for our end. To be made where we
/// have one thread only.
#pragma once

#include <sys/types.h>

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
  void start_guard();

  std::string path_;  ///< absolute; "": moved from
  pid_t guard_ = -1;  ///< removes the folder when `alive_fd_` is closed
  int alive_fd_ = -1;
};

}  // namespace memline::commands
