#include "commands/repeat/temporary_folder.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <utility>

#include "commands/run/run_environment.h"

namespace memline::commands {

TemporaryFolder::TemporaryFolder(std::string path) : path_(std::move(path)) {}

TemporaryFolder::TemporaryFolder(TemporaryFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}

TemporaryFolder::~TemporaryFolder() {
  std::error_code error;
  if (!path_.empty()) std::filesystem::remove_all(path_, error);
}

Result<TemporaryFolder> TemporaryFolder::make() {
  std::error_code error;
  const std::filesystem::path parent = std::filesystem::absolute(variable_or("TMPDIR", "/var/tmp"), error);
  std::string path = (parent / "memline-XXXXXX").native();
  if (::mkdtemp(path.data()) == nullptr) {
    const std::string reason = std::strerror(errno);
    return Error{.message = "cannot make a folder for traces: " + reason + "; TMPDIR names another place",
                 .path = parent.native()};
  }
  return TemporaryFolder(std::move(path));
}

}  // namespace memline::commands
