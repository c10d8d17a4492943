// A preload that compares our stack with unw_backtrace's at every malloc, calloc, realloc and free of any program (of
// processes named MEMLINE_COMPARE_PROGRAM, if that is set). At exit it writes to the file named by MEMLINE_COMPARE_OUT:
//
//     events N
//     differences N
//     guessed N
//     known N
//
// and the first differing stacks, side by side. Guessed are those that end where code has no unwind information (that of a
// JIT compiler, of Go, and hand-written assembly), and that libunwind continues all the same: from there on it takes rbp
// for a frame pointer, right or wrong. Known are those that a second unwinder, which walks only where it must, knew again;
// another stack than the walk's is a difference. For tests: it goes straight to glibc's own allocator.
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "unwinder/unwinder.h"

#define UNW_LOCAL_ONLY
#include <libunwind.h>

extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void __libc_free(void*);
}

namespace {

using namespace memline::capture;

constexpr std::uint32_t kMaxFrames = 1024;
constexpr int kOracleFrames = kMaxFrames + 32;
constexpr int kMaxReports = 40;

std::atomic<std::uint64_t> g_events;
std::atomic<std::uint64_t> g_differences;
std::atomic<std::uint64_t> g_guessed;
std::atomic<std::uint64_t> g_known;
std::atomic<std::uint64_t> g_fresh;
std::atomic<std::uint64_t> g_ends[4];
std::atomic<std::uint32_t> g_generation;
std::atomic<int> g_reports;
int g_output = -1;
StackBounds g_main_stack;

struct Thread {
  Unwinder* unwinder;  ///< walks at every event
  Unwinder* sparing;   ///< only where a stack is not known: as a hook does
  void** buffer;
  StackBounds bounds;
  std::uint32_t generation;
  bool busy;
};
thread_local Thread t_thread [[gnu::tls_model("initial-exec")]];

void write_text(const char* text, int size) {
  if (g_output >= 0 && size > 0 && write(g_output, text, static_cast<std::size_t>(size)) < 0) g_output = -1;
}

void write_frame(const char* side, std::uint64_t pc) {
  char text[1024];
  Dl_info info{};
  if (dladdr(reinterpret_cast<void*>(pc), &info) == 0) info = Dl_info{};
  const auto base = reinterpret_cast<std::uint64_t>(info.dli_fbase);
  write_text(text,
             std::snprintf(text, sizeof text, "  %s %#lx %s+%#lx %s\n", side, static_cast<unsigned long>(pc),
                           info.dli_fname != nullptr ? info.dli_fname : "?", static_cast<unsigned long>(pc - base),
                           info.dli_sname != nullptr ? info.dli_sname : "?"));
}

void report(const Unwinder::Walk& walk, Unwinder& unwinder, void** expected, std::uint32_t count) {
  if (g_reports.fetch_add(1) >= kMaxReports) return;
  char text[128];
  write_text(text, std::snprintf(text, sizeof text, "difference: ours %u frames, end %d; libunwind %u frames\n",
                                 walk.depth, static_cast<int>(walk.end), count));
  for (std::uint32_t i = 0; i < count || i < walk.depth; ++i) {
    const std::uint64_t ours = i < walk.depth ? unwinder.pc(walk.depth - 1 - i) : 0;
    const std::uint64_t theirs = i < count ? reinterpret_cast<std::uint64_t>(expected[i]) : 0;
    if (ours == theirs) {
      write_frame("both", ours);
    } else {
      if (ours != 0) write_frame("ours", ours);
      if (theirs != 0) write_frame("theirs", theirs);
    }
  }
}

bool start_thread(Thread& self) {
  const std::size_t bytes = Unwinder::bytes_needed(kMaxFrames);
  void* const memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  void* const sparing = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  void* const buffer =
      mmap(nullptr, kOracleFrames * sizeof(void*), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED || sparing == MAP_FAILED || buffer == MAP_FAILED) return false;
  // pthread_getattr_np is called for the main thread only: for others it takes a lock that the program may hold around
  // this very allocation. Their stacks count as unknown.
  self.bounds = getpid() == gettid() ? g_main_stack : StackBounds{0, 0};
  self.buffer = static_cast<void**>(buffer);
  self.unwinder = Unwinder::create(memory, kMaxFrames);
  self.sparing = Unwinder::create(sparing, kMaxFrames);
  return true;
}

[[gnu::noinline]] void event(const StartRegisters& start) {
  Thread& self = t_thread;
  if (self.busy || g_output < 0) return;
  self.busy = true;
  if (self.unwinder == nullptr && !start_thread(self)) return;
  const std::uint32_t generation = g_generation.load(std::memory_order_relaxed);
  if (self.generation != generation) {
    self.unwinder->invalidate();
    self.sparing->invalidate();
  }
  self.generation = generation;
  const KnownStack* const known = self.sparing->known_stack(start);
  if (known == nullptr) self.sparing->walk(start, self.bounds);
  const Unwinder::Walk walk = self.unwinder->walk(start, self.bounds);
  g_events.fetch_add(1, std::memory_order_relaxed);
  g_fresh.fetch_add(walk.fresh, std::memory_order_relaxed);
  g_ends[static_cast<unsigned>(walk.end)].fetch_add(1, std::memory_order_relaxed);
  const int found = unw_backtrace(self.buffer, kOracleFrames);
  int first = 0;
  while (first < found && reinterpret_cast<std::uint64_t>(self.buffer[first]) != start.pc) ++first;
  auto count = static_cast<std::uint32_t>(found - first);
  if (count > kMaxFrames) count = kMaxFrames;
  const bool known_wrongly = known != nullptr && known->hash != self.unwinder->frame(walk.depth - 1).hash;
  if (known != nullptr) g_known.fetch_add(1, std::memory_order_relaxed);
  const bool guessed = walk.end == StackEnd::kNoUnwindInfo && count > walk.depth;
  bool same = (count == walk.depth || guessed) && !known_wrongly;
  for (std::uint32_t i = 0; same && i < walk.depth; ++i) {
    same = reinterpret_cast<std::uint64_t>(self.buffer[first + static_cast<int>(i)]) ==
           self.unwinder->pc(walk.depth - 1 - i);
  }
  if (same && guessed) {
    g_guessed.fetch_add(1, std::memory_order_relaxed);
  } else if (!same) {
    g_differences.fetch_add(1, std::memory_order_relaxed);
    report(walk, *self.unwinder, self.buffer + first, count);
  }
  self.busy = false;
}

[[gnu::constructor]] void begin() {
  pthread_attr_t attributes;
  void* low_end = nullptr;
  std::size_t size = 0;
  if (pthread_getattr_np(pthread_self(), &attributes) == 0) {
    pthread_attr_getstack(&attributes, &low_end, &size);
    pthread_attr_destroy(&attributes);
  }
  g_main_stack.lo = reinterpret_cast<std::uint64_t>(low_end);
  g_main_stack.hi = g_main_stack.lo + size;
  const char* const path = std::getenv("MEMLINE_COMPARE_OUT");
  const char* const program = std::getenv("MEMLINE_COMPARE_PROGRAM");
  if (path == nullptr || (program != nullptr && std::strcmp(program, program_invocation_short_name) != 0)) return;
  const int low = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  g_output = fcntl(low, F_DUPFD_CLOEXEC, 500);
  close(low);
}

[[gnu::destructor]] void finish() {
  t_thread.busy = true;
  char text[256];
  write_text(text, std::snprintf(text, sizeof text,
                                 "events %lu\ndifferences %lu\nguessed %lu\nknown %lu\nfresh %lu\nends root %lu limit "
                                 "%lu no-info %lu memory %lu\n",
                                 static_cast<unsigned long>(g_events), static_cast<unsigned long>(g_differences),
                                 static_cast<unsigned long>(g_guessed), static_cast<unsigned long>(g_known),
                                 static_cast<unsigned long>(g_fresh), static_cast<unsigned long>(g_ends[0]),
                                 static_cast<unsigned long>(g_ends[1]), static_cast<unsigned long>(g_ends[2]),
                                 static_cast<unsigned long>(g_ends[3])));
}

}  // namespace

#define HERE                                                              \
  StartRegisters {                                                        \
    reinterpret_cast<std::uint64_t>(__builtin_return_address(0)),         \
        reinterpret_cast<std::uint64_t>(__builtin_frame_address(0)) + 16, \
        *static_cast<const std::uint64_t*>(__builtin_frame_address(0))    \
  }

extern "C" {

[[gnu::visibility("default")]] void* malloc(std::size_t size) {
  event(HERE);
  return __libc_malloc(size);
}

[[gnu::visibility("default")]] void* calloc(std::size_t count, std::size_t size) {
  event(HERE);
  return __libc_calloc(count, size);
}

[[gnu::visibility("default")]] void* realloc(void* block, std::size_t size) {
  event(HERE);
  return __libc_realloc(block, size);
}

[[gnu::visibility("default")]] void free(void* block) {
  event(HERE);
  __libc_free(block);
}

[[gnu::visibility("default")]] int dlclose(void* library) {
  static const auto real = reinterpret_cast<int (*)(void*)>(dlsym(RTLD_NEXT, "dlclose"));
  g_generation.fetch_add(1);
  const int result = real(library);
  g_generation.fetch_add(1);
  return result;
}
}
