#include "commands/output_place.h"

#include <fmt/format.h>
#include <linux/magic.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

namespace memline::commands {

namespace fs = std::filesystem;

namespace {

/// access() grants root every folder of /proc and /sys, where nobody can create a file.
bool holds_no_files(const std::string& folder) {
  struct statfs where {};
  if (::statfs(folder.c_str(), &where) != 0) return false;
  return where.f_type == PROC_SUPER_MAGIC || where.f_type == SYSFS_MAGIC;
}

}  // namespace

std::string working_folder() {
  std::error_code gone;
  const fs::path folder = fs::current_path(gone);
  return gone ? std::string() : folder.native();
}

int why_no_file_in(const std::string& folder) {
  if (!folder.starts_with('/') && working_folder().empty()) return ENOENT;
  std::error_code error;
  const fs::file_status status = fs::status(folder, error);
  if (fs::exists(status) && !fs::is_directory(status)) return ENOTDIR;
  if (::access(folder.c_str(), W_OK | X_OK) != 0) return errno;
  return holds_no_files(folder) ? EPERM : 0;
}

std::string check_output_file(const std::string& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  int reason = 0;
  if (fs::is_directory(status)) {
    reason = EISDIR;
  } else if (fs::exists(status)) {
    reason = ::access(path.c_str(), W_OK) != 0 ? errno : 0;
  } else {
    const fs::path folder = fs::path(path).parent_path();
    reason = path.empty() ? ENOENT : why_no_file_in(folder.empty() ? "." : folder.native());
  }
  return reason == 0 ? "" : fmt::format("{} cannot be written: {}", path, std::strerror(reason));
}

}  // namespace memline::commands
