#include "session.h"

#include <gnu/libc-version.h>
#include <link.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "ancestors.h"
#include "bootstrap_arena.h"
#include "image_start.h"
#include "lane_use.h"
#include "message.h"
#include "out_path.h"
#include "patience.h"
#include "real.h"
#include "sidecar.h"
#include "stack_recorder.h"
#include "sys.h"
#include "thread_end.h"
#include "trace_file.h"

namespace memline::capture {

constinit StatePage state_page{};
constinit Session session{};

namespace {

// The loader fills this in when it relocates us; compared with the address as the code computes it.
const char kRelocationTarget = 0;
const char* volatile const kRelocatedPointer = &kRelocationTarget;

/// Makes the state word one that forked children find zeroed.
void prepare_state_page() noexcept {
  if (sys::map(&state_page, sizeof state_page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED) !=
          nullptr &&
      sys::madvise(&state_page, sizeof state_page, MADV_WIPEONFORK) == 0) {
    return;
  }
  pthread_atfork(nullptr, nullptr, [] { state_page.word.store(State::kUnknown, std::memory_order_relaxed); });
}

void random_bytes(std::array<std::uint8_t, 16>& out) noexcept {
  constexpr long kNonBlocking = 1;  // GRND_NONBLOCK
  if (sys::call(SYS_getrandom, sys::as_long(out.data()), static_cast<long>(out.size()), kNonBlocking) == 16) return;
  const std::uint64_t words[2] = {sys::realtime_ns() ^ (std::uint64_t{sys::getpid()} << 32), sys::monotonic_ns()};
  __builtin_memcpy(out.data(), words, sizeof words);
}

const char* explain(SpaceFault fault) noexcept {
  switch (fault) {
    case SpaceFault::kDiskFull:
      return "recording has stopped, the disk is full";
    case SpaceFault::kLimit:
      return "recording has stopped, the trace may not grow further";
    case SpaceFault::kFileGone:
      return "recording has stopped, the trace file is gone";
    default:
      return "recording has stopped";
  }
}

/// In the first of all programs that inherit the variables, not in each.
void say_refused_values(const Settings& settings) noexcept {
  if (settings.refused_count == 0 || is_child_of_recorded()) return;
  for (std::uint32_t i = 0; i < settings.refused_count; ++i) {
    const RefusedValue& refused = settings.refused[i];
    Text<256> what;
    what.add(refused.variable.view());
    what.add('=');
    what.add(refused.value.view());
    what.add(refused.value.cut() ? "..." : "");
    what.add(" is not understood, the default is used; it takes ");
    what.add(refused.allowed);
    say(what.c_str());
  }
}

}  // namespace

bool is_program_loaded() noexcept {
  if (kRelocatedPointer != &kRelocationTarget) return false;
  return _r_debug.r_state == r_debug::RT_CONSISTENT;
}

void Session::set_state(State next) noexcept {
  decided_.store(next, std::memory_order_relaxed);
  state_page.word.store(next, std::memory_order_release);
}

State Session::ensure_started() noexcept {
  const State now = state();
  // A forked child is loaded, even if another thread was in dlopen at the fork and the loader still says so.
  if (now != State::kUnknown || (!was_started() && !is_program_loaded())) return now;
  ThreadState& self = thread_state;
  if (self.starting) return State::kUnknown;
  constexpr unsigned kPatience = 10000;
  for (unsigned i = 0; starting_.exchange(true, std::memory_order_acquire); ++i) {
    if (i == kPatience) return State::kUnknown;
    sys::yield();
  }
  if (state() == State::kUnknown) {
    self.starting = true;
    const int saved_errno = errno;
    set_state(decided_.load(std::memory_order_relaxed) == State::kUnknown ? start() : start_child());
    errno = saved_errno;
    self.starting = false;
  }
  starting_.store(false, std::memory_order_release);
  return state();
}

bool Session::open_file(bool forked) noexcept {
  identity = own_identity();
  own_executable(executable);
  PathText path;
  if (!own_path(settings.out_pattern.view(), settings.mpi_rank.view(), identity.pid, executable.view(), path)) {
    say("nothing is recorded, the path is too long", settings.out_pattern.c_str());
    return false;
  }
  OpenedTrace opened = open_trace(path, identity, forked && !has_pid(settings.out_pattern.view()));
  if (opened.fd < 0) {
    say("nothing is recorded, the trace cannot be created", opened.path.c_str());
    return false;
  }
  if (!space.open(opened.fd, opened.path, settings.max_trace_bytes)) {
    say("nothing is recorded, the trace cannot be written", opened.path.c_str());
    if (!opened.continued) sys::unlink(opened.path.c_str());
    return false;
  }
  if (!space.is_mapped() && !opened.continued && !forked) {  // once a program, not once a process of it
    say("this file system cannot map the trace: if the program is killed, its last events are lost",
        opened.path.c_str());
  }
  trace::TraceHeader& header = space.header();
  awaits_sidecar = !forked && needs_sidecar(settings, space, opened.continued);
  if (opened.continued) {
    if (awaits_sidecar) header.watcher_pid = trace::kExpectedWatcher;
    lane_context.image = std::atomic_ref(header.images).fetch_add(1);
    header.exit_kind = static_cast<std::uint32_t>(trace::ExitKind::kUnknown);
    header.exit_code = 0;
    return true;
  }
  lane_context.image = 0;
  header.version = trace::kVersion;
  header.header_bytes = trace::kHeaderBytes;
  header.block_bytes = trace::kBlockBytes;
  header.page_bytes = 4096;
  random_bytes(header.trace_id);
  header.boot_id = identity.boot_id;
  header.process_start = identity.start;
  header.pid = identity.pid;
  header.images = 1;
  // Before the header counts: others who sample this process by inheritance are to keep away.
  if (awaits_sidecar) header.watcher_pid = trace::kExpectedWatcher;
  std::atomic_signal_fence(std::memory_order_seq_cst);
  header.magic = trace::kFileMagic;
  return true;
}

bool Session::begin_image(const ForkInfo* fork) noexcept {
  lane_context.space = &space;
  lane_context.clock = &clock;
  next_thread = 0;
  next_span = 1;
  next_pool = 1;
  thread_state.lane = nullptr;
  thread_state.number = 0;
  thread_state.ended = false;
  if (!modules.create()) return false;
  Lane* const lane = lanes.claim(lane_context, true);
  if (lane == nullptr) return false;
  lane->epoch = epoch.load(std::memory_order_relaxed);
  if (settings.counters.empty()) {
    clock.start_alone(lane->turn);
  } else {
    clock.be_exact();  // each event tells its own time, to stand between samples
  }
  if (!write_image_start(*lane, settings.start_paused, fork)) {
    stop(lane->fault());
    return false;
  }
  LaneUse::adopt(*lane);
  start_sampling();
  if (fork == nullptr) {
    for (std::size_t i = 0; i < bootstrap_arena.listed_count(); ++i) {
      const EarlyBlock& early = bootstrap_arena.listed()[i];
      if (settings.start_paused) break;
      const std::uint32_t stack = record_lone_frame(*lane, early.caller);
      trace::Acquire acquire{clock.now(), early.address, early.size_bytes, stack, trace::Origin::kMalloc};
      if (!lane->write(acquire)) break;
      if (!early.released) continue;
      trace::Release release{clock.now(), early.address, stack};
      if (!lane->write(release)) break;
    }
    bootstrap_arena.forget_list();
  } else if (settings.is_sampled()) {
    std::uint64_t rss_pages = 0;
    rss.read_pages(rss_pages);
    resident.look(*lane, trace::LookReason::kFork, rss_pages, true);
  }
  return true;
}

void Session::start_sampling() noexcept {
  rss.start(clock);
  if (!settings.no_resident) resident.start(sys::monotonic_ns());
}

void Session::stop_sampling() noexcept {
  rss.stop();
  resident.stop();
}

void Session::resume_sampling() noexcept {
  rss.resume();
  if (!settings.no_resident) resident.resume();
}

void Session::finish_start() noexcept {
  watch_thread_ends();
  start_sidecar();
  if (state() == State::kRecording || state() == State::kPaused) watch_this_thread();
  if (settings.libunwind || !Unwinder::kSupported) {
    // What dlopen allocates is not the program's: it is done inside a hook, as it were.
    thread_state.inside_sp = reinterpret_cast<std::uint64_t>(__builtin_frame_address(0));
    backtrace = load_libunwind();
    thread_state.inside_sp = 0;
    if (backtrace == nullptr) say("libunwind was asked for and cannot be loaded");
    modules_changed();
  }
}

State Session::start() noexcept {
  prepare_state_page();
  resolve_real();
  find_allocator();
  remember_stderr();
  clock.choose();
  read_settings(environ, settings);
  PathText working_dir;
  read_working_dir(working_dir);
  make_absolute(working_dir.view(), settings.out_pattern);
  if (settings.no_children && is_child_of_recorded()) return State::kOff;
  if (getauxval(AT_SECURE) != 0) {
    // Its user, who sets our variables, would have it make a file wherever it may.
    say("nothing is recorded, the program has more rights than its user");
    return State::kOff;
  }
  if (settings.under_valgrind) {
    // Most of its tools replace malloc once more, and its leak search never comes back from a window larger than its
    // file.
    say("nothing is recorded under valgrind, which puts its own malloc in place of the program's");
    return State::kOff;
  }
  if (!open_file(false)) return State::kOff;
  if (lane_context.image == 0) say_refused_values(settings);
  pauses_ = settings.start_paused ? 1 : 0;
  if (!begin_image(nullptr)) return State::kStopped;
  return settings.start_paused ? State::kPaused : State::kRecording;
}

State Session::start_child() noexcept {
  const State parent = decided_.load(std::memory_order_relaxed);
  const bool was_recording = parent == State::kRecording || parent == State::kPaused;
  Lane* const interrupted =
      thread_state.lane != nullptr && thread_state.lane->busy_sp != 0 ? thread_state.lane : nullptr;
  thread_state.lane = nullptr;
  const auto leave = [&] {
    if (!system_calls_allowed()) return State::kOff;
    rss.leave();
    resident.leave();
    space.abandon(interrupted != nullptr);
    return State::kOff;
  };
  if (!was_recording || settings.no_children || !system_calls_allowed()) return leave();
  ForkInfo fork{};
  fork.parent = identity;
  fork.parent_image = lane_context.image;
  fork.parent_trace_id = space.header().trace_id;
  fork.parent_path = space.path();
  constexpr std::size_t kPositionBytes = LanePool::kMost * sizeof(trace::ForkPosition);
  fork.positions = static_cast<trace::ForkPosition*>(sys::map_private(kPositionBytes));
  if (fork.positions == nullptr) return leave();
  lanes.for_each([&](const Lane& lane) {
    if (!lane.has_blocks()) return;
    fork.positions[fork.position_count++] = {lane.index(), lane.sequence(), lane.committed_bytes()};
  });
  space.abandon(interrupted != nullptr);
  lanes.reset(interrupted);
  modules.reset();
  settings.start_paused = parent == State::kPaused;
  if ((pauses_ != 0) != settings.start_paused) pauses_ = settings.start_paused ? 1 : 0;  // forked in between
  State next = State::kOff;
  if (open_file(true)) {
    next = settings.start_paused ? State::kPaused : State::kRecording;
    if (!begin_image(&fork)) next = State::kStopped;
  }
  sys::unmap(fork.positions, kPositionBytes);
  return next;
}

void Session::find_allocator() noexcept {
  const auto code = [](const void* function) { return reinterpret_cast<std::uint64_t>(function); };
  ModuleInfo ours, visible, libc;
  // A program with a malloc of its own never comes to ours.
  allocator_code = reinterpret_cast<const void*>(real.malloc);
  const void* const first = visible_malloc();
  if (first != nullptr && find_module(code(first), visible) && find_module(code(&kRelocationTarget), ours) &&
      visible.map != ours.map) {
    allocator_code = first;
  }
  // A name of the C library's that nobody takes over, as ThreadSanitizer's runtime does on_exit.
  const auto* const of_libc = reinterpret_cast<const void*>(&::gnu_get_libc_version);
  foreign_allocator = allocator_code != nullptr && find_module(code(allocator_code), visible) &&
                      find_module(code(of_libc), libc) && visible.map != libc.map;
  // The runtimes of sanitizers allocate before they are ready to be asked for the size of a block.
  tells_usable_size = foreign_allocator && real.malloc_usable_size != nullptr &&
                      std::string_view(visible.map->l_name).find("san.so") == std::string_view::npos;
}

void Session::stop(SpaceFault fault) noexcept {
  stop_sampling();
  set_state(State::kStopped);
  if (said_.exchange(true)) return;
  if (system_calls_allowed()) say(explain(fault), space.is_open() ? space.path().c_str() : nullptr);
}

void Session::lost(SpaceFault fault, std::uint64_t bytes) noexcept {
  count_lost(trace::Loss::kTraceFull, 1, bytes);
  if (fault != SpaceFault::kNone && fault != SpaceFault::kBusy) stop(fault);
}

void Session::count_lost(trace::Loss loss, std::uint64_t events, std::uint64_t bytes) noexcept {
  if (!space.is_open()) return;
  trace::TraceHeader& header = space.header();
  std::atomic_ref(header.lost_events[static_cast<std::size_t>(loss)]).fetch_add(events, std::memory_order_relaxed);
  if (bytes != 0) std::atomic_ref(header.lost_bytes).fetch_add(bytes, std::memory_order_relaxed);
}

bool Session::change_state(State expected, State next) noexcept {
  if (!state_page.word.compare_exchange_strong(expected, next)) return false;
  decided_.store(next, std::memory_order_relaxed);
  return true;
}

bool Session::leave_pause() noexcept {
  std::uint32_t pauses = pauses_.load();
  do {
    if (pauses == 0) return false;
  } while (!pauses_.compare_exchange_weak(pauses, pauses - 1));
  if (pauses != 1) return false;
  settle_pauses();
  return true;
}

void Session::settle_pauses() noexcept {
  // Whoever changed the number last comes here last, or finds that somebody else has seen it.
  std::uint32_t seen = 0;
  do {
    seen = pauses_.load();
    if (seen == 0) {
      change_state(State::kPaused, State::kRecording);
    } else {
      change_state(State::kRecording, State::kPaused);
    }
  } while ((seen == 0) != (pauses_.load() == 0));
}

void Session::forbid_system_calls(bool forbidden) noexcept {
  constexpr std::uint64_t kAhead = std::uint64_t{16} << 20;
  const bool recording = state() == State::kRecording || state() == State::kPaused;
  if (forbidden && recording) space.reserve_ahead(kAhead);
  if (forbidden) stop_sampling();
  // Another thread may be in the middle of one: its next system call would be its last.
  Patience patience(1'000'000'000);
  while (forbidden && (rss.is_busy() || resident.is_busy()) && patience.wait()) {
  }
  space.forbid_system_calls(forbidden);
  if (!forbidden && recording) resume_sampling();
  modules_changed();  // lanes pass it on to their unwinders
}

bool Session::is_own_process() const noexcept {
  return !system_calls_allowed() || sys::getpid() == identity.pid;
}

}  // namespace memline::capture
