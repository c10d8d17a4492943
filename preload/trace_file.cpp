#include "trace_file.h"

#include <sys/file.h>

#include "sys.h"

namespace memline::capture {
namespace {

constexpr unsigned kNoReplace = 1;  // RENAME_NOREPLACE
constexpr int kInspect = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;

/// Reads the header behind a descriptor; fills `status` whatever the answer.
bool read_header(int fd, struct stat& status, trace::TraceHeader& out) noexcept {
  if (sys::fstat(fd, status) != 0 || !S_ISREG(status.st_mode)) return false;
  if (sys::pread(fd, &out, sizeof out, 0) != static_cast<long>(sizeof out)) return false;
  return out.magic == trace::kFileMagic;
}

/// Opens the trace at `path` to be looked at. Negative: there is none.
int open_to_inspect(const char* path, struct stat& status, trace::TraceHeader& header) noexcept {
  const int fd = sys::open(path, kInspect);
  if (fd < 0 || read_header(fd, status, header)) return fd;
  sys::close(fd);
  return -1;
}

/// Whether the file is the trace of a process that is gone; fills `status` if it is.
bool is_left_behind(const char* path, struct stat& status) noexcept {
  trace::TraceHeader header;
  const int fd = open_to_inspect(path, status, header);
  if (fd < 0) return false;
  const bool is_written = sys::call(SYS_flock, fd, LOCK_SH | LOCK_NB) == -EWOULDBLOCK;
  sys::close(fd);
  return !is_written && !is_alive(identity_of(header));
}

/// Whoever writes a trace holds a lock on it: a process of another container, whose number says nothing here, is known to
/// be alive by that alone. False: another one holds it.
bool lock(int fd) noexcept {
  return sys::call(SYS_flock, fd, LOCK_EX | LOCK_NB) != -EWOULDBLOCK;
}

/// In a folder that is shared, the file of that name may be somebody else's, with a header made to look like ours.
bool nobody_else_writes(const struct stat& status) noexcept {
  return status.st_uid == static_cast<uid_t>(sys::call(SYS_geteuid)) && status.st_nlink == 1 &&
         (status.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

int open_own(const char* path, const Identity& self) noexcept {
  const int fd = sys::open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
  if (fd < 0) return -1;
  struct stat status;
  trace::TraceHeader header;
  if (read_header(fd, status, header) && nobody_else_writes(status) && header.version == trace::kVersion &&
      header.block_bytes == trace::kBlockBytes && self.start != 0 && same_process(identity_of(header), self) &&
      lock(fd)) {
    return fd;
  }
  sys::close(fd);
  return -1;
}

int create(const char* path) noexcept {
  return sys::open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY, 0600);
}

/// Makes room at `path` if what is there is the trace of a process that is gone. An older *.old must be a trace too.
bool set_aside(const PathText& path) noexcept {
  struct stat status;
  if (!is_left_behind(path.c_str(), status)) return false;
  PathText old = path;
  old.add(".old");
  if (old.cut()) return false;
  struct stat now;  // somebody may have been quicker: what is renamed must be what was looked at
  if (sys::lstat(path.c_str(), now) != 0 || now.st_ino != status.st_ino || now.st_dev != status.st_dev) return false;
  const long result = sys::rename(path.c_str(), old.c_str(), kNoReplace);
  if (result == 0) return true;
  if (result != -EEXIST && result != -EINVAL) return false;
  struct stat old_status;
  const bool exists = sys::lstat(old.c_str(), old_status) == 0;
  if (exists && !is_left_behind(old.c_str(), old_status)) return false;
  return sys::rename(path.c_str(), old.c_str(), 0) == 0;
}

int create_or_set_aside(const PathText& path) noexcept {
  const int fd = create(path.c_str());
  if (fd != -EEXIST) return fd;
  return set_aside(path) ? create(path.c_str()) : -EEXIST;
}

}  // namespace

Identity identity_of(const trace::TraceHeader& header) noexcept {
  return {header.pid, header.process_start, header.boot_id};
}

bool same_process(const Identity& a, const Identity& b) noexcept {
  return a.pid == b.pid && a.start == b.start && a.boot_id == b.boot_id;
}

bool read_trace_header(const char* path, trace::TraceHeader& out) noexcept {
  struct stat status;
  const int fd = open_to_inspect(path, status, out);
  if (fd < 0) return false;
  sys::close(fd);
  return trace::is_readable_version(out.version);
}

OpenedTrace open_trace(const PathText& path, const Identity& self, bool only_with_pid) noexcept {
  OpenedTrace result;
  PathText with_pid = path;
  with_pid.add('.');
  with_pid.add_number(self.pid);
  const PathText* const candidates[] = {&with_pid, &path};
  for (const PathText* candidate : candidates) {
    if (candidate->cut() || (only_with_pid && candidate == &path)) continue;
    result.fd = open_own(candidate->c_str(), self);
    if (result.fd >= 0) {
      result.continued = true;
      result.path = *candidate;
      return result;
    }
  }
  result.path = only_with_pid ? with_pid : path;
  if (result.path.cut()) {
    result.error = -ENAMETOOLONG;
    return result;
  }
  long fd = create_or_set_aside(result.path);
  if (fd == -EEXIST && !only_with_pid && !with_pid.cut()) {
    result.path = with_pid;
    fd = create_or_set_aside(result.path);
  }
  if (fd == -EEXIST) {  // not ours either: of a process of this number in another container, say
    with_pid.add('.');
    with_pid.add_number(sys::monotonic_ns());
    if (!with_pid.cut()) {
      result.path = with_pid;
      fd = create(result.path.c_str());
    }
  }
  if (fd >= 0) {
    result.fd = static_cast<int>(fd);
    lock(result.fd);
  } else {
    result.error = fd;
  }
  return result;
}

}  // namespace memline::capture
