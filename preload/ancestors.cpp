#include "ancestors.h"

#include <sys/utsname.h>

#include "out_path.h"
#include "sys.h"
#include "trace_file.h"

namespace memline::capture {

bool own_path(const Settings& settings, std::uint32_t pid, PathText& out) noexcept {
  PathText executable;
  own_executable(executable);
  struct utsname host = {};
  sys::call(SYS_uname, sys::as_long(&host));
  char directory[4096] = "";
  if (sys::call(SYS_getcwd, sys::as_long(directory), sizeof directory) <= 0) directory[0] = '\0';
  const PathWords words = {pid, last_part(executable.view()), host.nodename, settings.mpi_rank.view()};
  return expand_path(settings.out_pattern.view(), words, directory, out);
}

bool is_child_of_recorded(const Settings& settings, const Identity& self) noexcept {
  constexpr unsigned kMostAncestors = 64;
  std::uint32_t pid = self.pid;
  for (unsigned i = 0; i < kMostAncestors; ++i) {
    ProcessStat stat;
    if (!read_stat(pid, stat) || stat.parent_pid == 0) return false;
    pid = stat.parent_pid;
    Identity ancestor = self;  // the boot id
    ancestor.pid = pid;
    if (!read_stat(pid, stat)) return false;
    ancestor.start = stat.start;
    PathText path;
    trace::TraceHeader header;
    if (own_path(settings, pid, path) && read_trace_header(path.c_str(), header) &&
        same_process(identity_of(header), ancestor)) {
      return true;
    }
  }
  return false;
}

}  // namespace memline::capture
