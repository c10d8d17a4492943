#include "commands/pack/pack_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <optional>
#include <utility>

#include "replay/process_status.h"
#include "trace/trace_file.h"

namespace memline::commands {
namespace {

Error system_error(const std::string& path, int number) {
  return Error{.message = std::strerror(number), .path = path};
}

/// A file that comes into being, or does not: it is removed unless it was renamed.
class NewFile final : public trace::pack::PackSink {
 public:
  explicit NewFile(std::string path)
      : path_(std::move(path)),
        fd_(::open(path_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600)),
        errno_(fd_ < 0 ? errno : 0) {}
  ~NewFile() override {
    if (fd_ >= 0) ::close(fd_);
    if (errno_ == 0 && !renamed_) ::unlink(path_.c_str());
  }
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  /// Why it could not be made.
  std::optional<Error> begin_error() const {
    if (errno_ == 0) return std::nullopt;
    if (errno_ != EEXIST) return system_error(path_, errno_);
    return Error{.message = "is there already: another memline is packing, or was killed doing so; then remove it",
                 .path = path_};
  }
  std::optional<Error> write_at(std::uint64_t offset, std::span<const std::byte> bytes) override {
    while (!bytes.empty()) {
      const ssize_t done = ::pwrite(fd_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
      if (done < 0 && errno == EINTR) continue;
      if (done <= 0) return system_error(path_, done < 0 ? errno : ENOSPC);
      bytes = bytes.subspan(static_cast<std::size_t>(done));
      offset += static_cast<std::uint64_t>(done);
    }
    return std::nullopt;
  }
  /// Some file systems tell only now that they had no room.
  std::optional<Error> close(mode_t mode) {
    const bool ok = ::fchmod(fd_, mode & 0777) == 0;
    const int number = errno;
    if (::close(std::exchange(fd_, -1)) != 0) return system_error(path_, errno);
    return ok ? std::nullopt : std::optional(system_error(path_, number));
  }
  /// `replace` false: an existing file stays.
  std::optional<Error> rename_to(const std::string& name, bool replace) {
    const int result = replace ? ::rename(path_.c_str(), name.c_str())
                               : ::renameat2(AT_FDCWD, path_.c_str(), AT_FDCWD, name.c_str(), RENAME_NOREPLACE);
    if (result != 0) return system_error(name, errno);
    renamed_ = true;
    return std::nullopt;
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
  int fd_;
  int errno_;
  bool renamed_ = false;
};

/// While it lives, a write beyond RLIMIT_FSIZE is an error and not the end.
class NoFileSizeSignal {
 public:
  NoFileSizeSignal() : old_(std::signal(SIGXFSZ, SIG_IGN)) {}
  ~NoFileSizeSignal() { std::signal(SIGXFSZ, old_); }
  NoFileSizeSignal(const NoFileSizeSignal&) = delete;
  NoFileSizeSignal& operator=(const NoFileSizeSignal&) = delete;

 private:
  void (*old_)(int);
};

bool same_state(const struct stat& a, const struct stat& b) {
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino && a.st_size == b.st_size &&
         a.st_mtim.tv_sec == b.st_mtim.tv_sec && a.st_mtim.tv_nsec == b.st_mtim.tv_nsec;
}

std::optional<Error> check_packed(const std::string& path, const trace::TraceHeader& raw) {
  const auto file = trace::TraceFile::open(path);
  if (!file) return file.error();
  if ((*file)->header().trace_id != raw.trace_id) return Error{.message = "is not what was written", .path = path};
  return std::nullopt;
}

}  // namespace

Result<trace::pack::PackedSizes> pack_file(const std::string& path, const std::string& out,
                                           const std::function<bool()>& stop) {
  struct stat before {
  }, after{};
  if (::lstat(path.c_str(), &before) != 0) return system_error(path, errno);
  if (S_ISLNK(before.st_mode) && out.empty()) {
    return Error{.message = "is a symbolic link; name the trace itself, or another file with -o", .path = path};
  }
  auto raw = trace::open_file_source(path);
  if (!raw) return raw.error();
  if (::stat(path.c_str(), &before) != 0) return system_error(path, errno);
  const auto file = trace::TraceFile::open(path);
  if (!file) return file.error();
  const trace::TraceHeader header = (*file)->header();
  if (replay::process_alive(header)) {
    return Error{.message = "is still being written; it can be packed once its process has ended", .path = path};
  }
  const std::string& target = out.empty() ? path : out;
  const NoFileSizeSignal no_signal;
  NewFile packed(target + ".packing");
  if (auto error = packed.begin_error()) return *error;
  const auto sizes = trace::pack::pack(**raw, packed, trace::pack::kDefaultLevel, stop);
  if (!sizes) return sizes.error();
  if (auto error = packed.close(before.st_mode)) return *error;
  if (auto error = check_packed(packed.path(), header)) return *error;
  if (::stat(path.c_str(), &after) != 0) return system_error(path, errno);
  if (!same_state(before, after)) return Error{.message = "has changed while it was packed", .path = path};
  if (auto error = packed.rename_to(target, out.empty())) return *error;
  return *sizes;
}

}  // namespace memline::commands
