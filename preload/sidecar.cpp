#include "sidecar.h"

#include <poll.h>
#include <unistd.h>

#include "ancestors.h"
#include "detached_process.h"
#include "lane_use.h"
#include "memline/env.h"
#include "message.h"
#include "process_info.h"
#include "session.h"
#include "sys.h"

namespace memline::capture {
namespace {

using Reason = Text<512>;
using NumberText = Text<24>;

const char kInThisLibrary = 0;

bool is_program(const PathText& path) noexcept {
  struct stat status;
  return !path.cut() &&
         sys::call(SYS_newfstatat, AT_FDCWD, sys::as_long(path.c_str()), sys::as_long(&status), 0) == 0 &&
         S_ISREG(status.st_mode) && sys::call(SYS_faccessat, AT_FDCWD, sys::as_long(path.c_str()), X_OK) == 0;
}

/// Where it was named; else the one that was built or installed with this library.
bool find_program(std::string_view named, PathText& out) noexcept {
  out.add(named);
  if (!named.empty()) return is_program(out);
  PathText library;
  if (!mapped_path(reinterpret_cast<std::uint64_t>(&kInThisLibrary), library)) return false;
  const std::string_view folder(library.data(), library.size() - last_part(library.view()).size());
  for (const std::string_view place : {"../analyzer", MEMLINE_PROGRAM_FOLDER, "../bin", "../../bin"}) {
    out.clear();
    out.add(folder);
    out.add(place);
    out.add("/memline");
    if (is_program(out)) return true;
  }
  return false;
}

/// The environment without the preloads: nobody profiles the profiler. Some pages of pointers.
class SidecarEnvironment {
 public:
  explicit SidecarEnvironment(const char* const* environment) noexcept {
    std::size_t count = 0;
    while (environment != nullptr && environment[count] != nullptr) ++count;
    bytes_ = (count + 1) * sizeof(const char*);
    variables_ = static_cast<const char**>(sys::map_private(bytes_));
    if (variables_ == nullptr) return;
    std::size_t kept = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const std::string_view variable = environment[i];
      if (!variable.starts_with("LD_PRELOAD=") && !variable.starts_with("LD_AUDIT=")) {
        variables_[kept++] = environment[i];
      }
    }
  }
  ~SidecarEnvironment() {
    if (variables_ != nullptr) sys::unmap(variables_, bytes_);
  }
  SidecarEnvironment(const SidecarEnvironment&) = delete;
  SidecarEnvironment& operator=(const SidecarEnvironment&) = delete;

  const char* const* get() const noexcept { return variables_; }

 private:
  std::size_t bytes_;
  const char** variables_;
};

/// Reads what the sidecar says until it closes its end. Lines before the last are said; true: the last was "ready", else
/// it is in `last`. `last` is empty where it said nothing, and where it took too long.
bool read_answer(int fd, Reason& last) noexcept {
  constexpr std::uint64_t kPatienceNs = 5'000'000'000;
  const std::uint64_t limit = sys::monotonic_ns() + kPatienceNs;
  bool is_whole = false;  // `last` ends with its newline
  for (;;) {
    const std::uint64_t now = sys::monotonic_ns();
    const std::uint64_t left = now < limit ? limit - now : 0;
    const struct timespec timeout = {static_cast<time_t>(left / 1'000'000'000),
                                     static_cast<long>(left % 1'000'000'000)};
    struct pollfd polled = {fd, POLLIN, 0};
    const long ready = sys::call(SYS_ppoll, sys::as_long(&polled), 1, sys::as_long(&timeout), 0, 8);
    char bytes[256];
    const long got = ready > 0 ? sys::read(fd, bytes, sizeof bytes) : ready;
    if (got == -EINTR) continue;
    if (ready == 0) last.clear();
    if (got <= 0) return is_whole && last.view() == "ready";
    for (long i = 0; i < got; ++i) {
      if (is_whole) {
        say(last.c_str());
        last.clear();
      }
      is_whole = bytes[i] == '\n';
      const bool is_control = (bytes[i] >= 0 && bytes[i] < ' ') || bytes[i] == '\x7f';
      if (!is_whole) last.add(is_control ? '?' : bytes[i]);
    }
  }
}

bool run_sidecar(const PathText& program, Reason& reason) noexcept {
  int ends[2];
  if (sys::call(SYS_pipe2, sys::as_long(ends), O_CLOEXEC) != 0) {
    reason.add("there is no descriptor left for a pipe");
    return false;
  }
  NumberText pid, start, descriptor;
  pid.add_number(session.identity.pid);
  start.add_number(session.identity.start);
  descriptor.add_number(kItsDescriptor);
  const char* const arguments[] = {program.c_str(), "sidecar", pid.c_str(), start.c_str(), descriptor.c_str(), nullptr};
  const SidecarEnvironment environment(environ);
  const long started =
      environment.get() == nullptr ? -ENOMEM : start_detached({program.c_str(), arguments, environment.get(), ends[1]});
  sys::close(ends[1]);
  const bool is_ready = started == 0 && read_answer(ends[0], reason);
  sys::close(ends[0]);
  if (!is_ready && reason.empty()) {
    reason.add(started == 0 ? "it ended before it was ready, or took too long: " : "it cannot be started: ");
    reason.add(program.view());
  }
  return is_ready;
}

bool start(Reason& reason) noexcept {
  if (!session.space.is_mapped()) {
    reason.add("the trace lies where files cannot be mapped");
    return false;
  }
  const std::string_view named = session.settings.sidecar.view();
  PathText program;
  if (!find_program(named, program)) {
    reason.add(named.empty() ? "there is no program memline beside libmemline.so; MEMLINE_SIDECAR names it"
                             : "MEMLINE_SIDECAR names no program: ");
    reason.add(named);
    return false;
  }
  return run_sidecar(program, reason);
}

/// As the sidecar would have written them.
void write_refused(std::string_view why) noexcept {
  const LaneUse use(reinterpret_cast<std::uint64_t>(__builtin_frame_address(0)));
  if (use.get() == nullptr) return;
  trace::Counter counter{};
  counter.refusal = why;
  counter.asked_for = 1;
  for_each_counter(session.settings.counters.view(), [&](std::string_view name) {
    ++counter.counter;
    counter.name = name;
    use.get()->write(counter);
  });
  if (!session.settings.every_fault) return;
  ++counter.counter;
  counter.name = "page-faults";
  counter.asked_for = 0;
  counter.faults = 1;
  use.get()->write(counter);
}

}  // namespace

bool needs_sidecar(const Settings& settings, TraceSpace& trace, bool is_continued) noexcept {
  if (!settings.is_sampled() || settings.sidecar.view() == kNoSidecar) return false;
  return !(is_continued && trace.others_write()) && !is_child_of_sampled();
}

void start_sidecar() noexcept {
  if (!session.awaits_sidecar) return;
  session.awaits_sidecar = false;
  Reason reason;
  const bool is_recording = state() == State::kRecording || state() == State::kPaused;
  if (is_recording && start(reason)) return;
  std::atomic_ref(session.space.header().watcher_pid).store(0);
  if (!is_recording) return;
  say("nothing is counted", reason.c_str());
  write_refused(reason.view());
}

}  // namespace memline::capture
