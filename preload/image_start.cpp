#include "image_start.h"

#include <link.h>
#include <sys/utsname.h>

#include "fork_moment.h"
#include "out_path.h"
#include "real.h"
#include "session.h"
#include "sys.h"

namespace memline::capture {
namespace {

/// Path of the module that a code address lies in; empty for the program itself.
std::string_view path_of(const void* code) noexcept {
  ModuleInfo module;
  if (code == nullptr || !find_module(reinterpret_cast<std::uint64_t>(code), module)) return {};
  return module.map->l_name == nullptr ? std::string_view{} : std::string_view(module.map->l_name);
}

bool write_fork(Lane& lane, const ForkInfo& fork) noexcept {
  trace::ForkedFrom from{};
  from.parent_pid = fork.parent.pid;
  from.parent_image = fork.parent_image;
  from.parent_trace_id = {reinterpret_cast<const char*>(fork.parent_trace_id.data()), fork.parent_trace_id.size()};
  from.parent_path = fork.parent_path.view();
  if (!lane.write(from)) return false;
  for (std::uint32_t i = 0; i < fork.position_count; ++i) {
    if (!lane.write(fork.positions[i])) return false;
  }
  return true;
}

}  // namespace

bool write_image_start(Lane& lane, bool paused, const ForkInfo* fork) noexcept {
  // Too large for the stack of a thread that happens to make a forked child's first call.
  auto* const command_line = static_cast<char*>(sys::map_private(trace::kMaxTextBytes));
  if (command_line == nullptr) return false;
  PathText working_dir;
  struct utsname host = {};
  trace::ImageStart image{};
  if (!session.settings.is_private) {
    image.command_line = {command_line, read_whole("/proc/self/cmdline", command_line, trace::kMaxTextBytes)};
    read_working_dir(working_dir);
    if (sys::call(SYS_uname, sys::as_long(&host)) == 0) image.host = host.nodename;
  }
  const ForkMoment* const forked = fork == nullptr ? nullptr : fork_moment(session.identity.pid);
  const ForkMoment begin =
      forked != nullptr ? *forked : ForkMoment{session.clock.now(), sys::monotonic_ns(), sys::realtime_ns()};
  image.monotonic_ns = begin.monotonic_ns;
  image.ticks = begin.ticks;
  image.realtime_ns = begin.realtime_ns;
  image.pid = session.identity.pid;
  image.parent_pid = sys::getppid();
  image.page_bytes = 4096;
  image.time_shift = session.clock.shift();
  image.ticks_are_ns = session.clock.is_kernel_clock() ? 1 : 0;
  image.weight = 1;
  image.free_stacks = session.settings.no_free_stacks ? 0 : 1;
  image.paused = paused ? 1 : 0;
  image.max_frames = kMaxFrames;
  image.executable = session.executable.view();
  image.working_dir = working_dir.view();
  image.allocator = session.allocator_code == nullptr ? std::string_view{} : path_of(session.allocator_code);
  if (image.allocator.empty()) image.allocator = session.executable.view();
  image.unwinder = session.settings.libunwind || !Unwinder::kSupported ? "libunwind" : "memline";
  const bool written = lane.write(image) && (fork == nullptr || write_fork(lane, *fork));
  sys::unmap(command_line, trace::kMaxTextBytes);
  return written;
}

}  // namespace memline::capture
