// The stress guest: threads that allocate and release at random depths, hand blocks on, throw, longjmp, take signals,
// load and unload libraries, fork and exec, until the process ends in one of many ways.
//
//     stress_guest SEED MILLISECONDS FOLDER PLUGIN_A PLUGIN_B [IMAGE GENERATION]
//
// Everything that it does by a tagged function stands in its ledger: FOLDER/ledger.PID.IMAGE.
#include <alloca.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>

#include "blocks.h"

namespace stress {
namespace {

constexpr unsigned kMostThreads = kMostJournals / 2;
constexpr unsigned kMostRunning = 12;
constexpr unsigned kOwnBlocks = 48;
constexpr unsigned kSharedBlocks = 64;
constexpr unsigned kMostGenerations = 3;
constexpr std::size_t kSignalBytes = 3 * kPage;

struct Worker {
  pthread_t thread;
  Journal journal;
  Journal signal_journal;
  Random random;
  Block* volatile own[kOwnBlocks];  // at every moment either here or being worked on: a forked child goes on with it
  void* signal_block;
  jmp_buf escape;
};

char** arguments;
std::uint64_t seed;
std::uint64_t end_ns;
unsigned image;
unsigned generation;
LedgerFile* ledger;
Progress progress[kMostJournals];
Progress before_fork[kMostJournals];
Worker workers[kMostThreads];
std::atomic<unsigned> used_workers;
std::atomic<unsigned> running;  // threads besides the first
std::atomic<Block*> shared_blocks[kSharedBlocks];
// Held across fork: a child must find at rest what the C library does not put right in it, the loader and the list of
// functions that exit calls.
pthread_mutex_t loader = PTHREAD_MUTEX_INITIALIZER;
thread_local Worker* self __attribute__((tls_model("initial-exec")));

std::uint64_t now_ns() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(now.tv_nsec);
}

bool time_is_up() {
  return now_ns() >= end_ns;
}

/// Opens this process's ledger. `parent` (or null): whose memory this process has inherited.
void open_ledger(const LedgerFile* parent) {
  char path[4096];
  std::snprintf(path, sizeof path, "%s/ledger.%d.%u", arguments[3], getpid(), image);
  const int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0 || ftruncate(fd, sizeof(LedgerFile)) != 0) give_up("no ledger");
  void* memory = mmap(nullptr, sizeof(LedgerFile), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (memory == MAP_FAILED) give_up("no ledger");
  close(fd);
  auto* fresh = static_cast<LedgerFile*>(memory);
  fresh->pid = static_cast<std::uint32_t>(getpid());
  fresh->image = image;
  if (parent != nullptr) {
    fresh->parent_pid = parent->pid;
    fresh->parent_image = parent->image;
    // A fork is no single moment for threads that run on: what they did until it began is certain, what they began
    // until now is possible.
    for (unsigned i = 0; i < kMostJournals; ++i) {
      const bool is_own = &workers[i / 2] == self;
      fresh->inherited[i].done = is_own ? progress[i].done : before_fork[i].done;
      fresh->inherited[i].begun = is_own ? progress[i].begun : parent->journals[i].progress.begun;
    }
  }
  std::memset(progress, 0, sizeof progress);
  ledger = fresh;
  std::atomic_signal_fence(std::memory_order_seq_cst);
  fresh->magic = kMagic;
}

/// Gives the calling thread a worker; null where there is none left.
Worker* claim_worker() {
  const unsigned number = used_workers.fetch_add(1);
  if (number >= kMostThreads) return nullptr;
  Worker& worker = workers[number];
  worker.journal.begin(&ledger->journals[2 * number], &progress[2 * number]);
  worker.signal_journal.begin(&ledger->journals[2 * number + 1], &progress[2 * number + 1]);
  worker.signal_block = nullptr;  // in a forked child it may be half unmapped
  worker.random.state = seed ^ (std::uint64_t{number} << 32) ^ (std::uint64_t{generation} << 48) ^ image;
  return &worker;
}

void signals(int how) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR1);
  pthread_sigmask(how, &set, nullptr);
}

/// Mappings only: malloc must not be called where malloc was interrupted.
void on_signal(int) {
  Worker* const worker = self;
  const int saved_errno = errno;
  if (worker != nullptr && !worker->signal_journal.full()) {
    if (worker->signal_block == nullptr) {
      worker->signal_block = worker->signal_journal.around({kSignalMap, 0, kSignalBytes, 0},
                                                           [&] { return stress_signal_map(kSignalBytes); });
    } else {
      worker->signal_journal.around({kSignalUnmap, kSignalMap, 0, kSignalBytes}, [&] {
        stress_signal_unmap(worker->signal_block, kSignalBytes);
        return 0;
      });
      worker->signal_block = nullptr;
    }
  }
  errno = saved_errno;
}

void use_blocks(Worker& worker) {
  Block* volatile& slot = worker.own[worker.random.below(kOwnBlocks)];
  Block* block = slot;
  slot = nullptr;
  if (block == nullptr) {
    block = acquire(worker.journal, worker.random);
  } else if (worker.random.one_in(4)) {
    block = resize(worker.journal, worker.random, block);
  } else if (worker.random.one_in(3)) {
    block = shared_blocks[worker.random.below(kSharedBlocks)].exchange(block);
  } else {
    release(worker.journal, block);
    block = nullptr;
  }
  slot = block;
}

/// Walks down through two kinds of frames, works there, and comes back by return, exception or longjmp.
__attribute__((noinline)) void descend(Worker& worker, unsigned depth);

__attribute__((noinline)) void descend_framed(Worker& worker, unsigned depth) {
  auto* const room = static_cast<volatile char*>(alloca(16 + depth % 64));  // needs a frame pointer
  room[0] = 1;
  descend(worker, depth);
  room[1] = 2;
}

__attribute__((noinline)) void descend(Worker& worker, unsigned depth) {
  if (depth > 0) {
    if (depth % 3 == 0) {
      descend_framed(worker, depth - 1);
    } else {
      descend(worker, depth - 1);
    }
    STRESS_FRAME();
    return;
  }
  const std::uint64_t count = 1 + worker.random.below(8);
  for (std::uint64_t i = 0; i < count && !worker.journal.full(); ++i) use_blocks(worker);
  if (worker.random.one_in(20)) throw static_cast<int>(count);
  if (worker.random.one_in(20)) longjmp(worker.escape, 1);
}

void use_plugin(Worker& worker) {
  pthread_mutex_lock(&loader);
  const bool a = worker.random.one_in(2);
  void* library = dlopen(arguments[a ? 4 : 5], RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) give_up("no plugin");
  auto* function = *static_cast<void* (**)(std::size_t)>(dlsym(library, "plugin_function"));
  const Function owner = a ? kPluginA : kPluginB;
  const std::uint64_t bytes = 32 + worker.random.below(100);
  Block* volatile& slot = worker.own[worker.random.below(kOwnBlocks)];
  if (slot == nullptr) {
    slot = made(worker.journal.around({owner, 0, bytes, 0}, [&] { return function(bytes); }), bytes, owner);
  }
  dlclose(library);
  pthread_mutex_unlock(&loader);
}

[[noreturn]] void end_process(Worker& worker);
[[noreturn]] void replace_program(Worker& worker);
void start_threads(Worker& worker, unsigned most);

[[noreturn]] void run_child() {
  LedgerFile* const parent = ledger;
  ++generation;
  image = 0;
  open_ledger(parent);
  munmap(parent, sizeof *parent);
  Block* own[kOwnBlocks];
  for (unsigned i = 0; i < kOwnBlocks; ++i) own[i] = self->own[i];
  void* const signal_block = self->signal_block;
  const std::uint64_t number = self->random.next() ^ static_cast<std::uint64_t>(getpid());
  // What other threads had in hand may be half done.
  for (Worker& other : workers) {
    for (auto& block : other.own) block = nullptr;
  }
  for (auto& block : shared_blocks) block = nullptr;
  used_workers = 0;
  running = 0;
  Worker* const worker = claim_worker();
  for (unsigned i = 0; i < kOwnBlocks; ++i) worker->own[i] = own[i];
  worker->signal_block = signal_block;
  worker->random.state = number;
  self = worker;
  pthread_mutex_unlock(&loader);
  signals(SIG_UNBLOCK);
  if (worker->random.one_in(2)) start_threads(*worker, 2);
  const std::uint64_t turns = worker->random.below(400);
  for (std::uint64_t i = 0; i < turns && !worker->journal.full(); ++i) use_blocks(*worker);
  if (generation < kMostGenerations && worker->random.one_in(6)) replace_program(*worker);
  end_process(*worker);
}

void fork_child(Worker& worker) {
  if (generation >= kMostGenerations) return;
  signals(SIG_BLOCK);
  pthread_mutex_lock(&loader);
  std::memcpy(before_fork, progress, sizeof progress);
  const pid_t child = fork();
  if (child == 0) run_child();
  pthread_mutex_unlock(&loader);
  signals(SIG_UNBLOCK);
  if (child < 0) return;
  for (std::uint64_t i = worker.random.below(200); i > 0 && !worker.journal.full(); --i) use_blocks(worker);
  while (waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
  }
}

void spawn_child() {
  char program[] = "/bin/true";
  char* argv[] = {program, nullptr};
  pid_t child = 0;
  if (posix_spawn(&child, program, nullptr, nullptr, argv, environ) != 0) return;
  while (waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
  }
}

/// One walk down, left in whichever way.
__attribute__((noinline)) void one_turn(Worker& worker) {
  if (setjmp(worker.escape) != 0) return;
  const std::uint64_t depth = worker.random.below(worker.random.one_in(40) ? 300 : 12);
  try {
    descend(worker, static_cast<unsigned>(depth));
  } catch (int) {
  }
}

void work(Worker& worker, std::uint64_t turns) {
  for (; turns > 0 && !worker.journal.full() && !time_is_up(); --turns) {
    one_turn(worker);
    if (worker.random.one_in(30)) use_plugin(worker);
    if (worker.random.one_in(10)) raise(SIGUSR1);
    if (worker.random.one_in(500)) fork_child(worker);
    if (worker.random.one_in(1500)) spawn_child();
    if (worker.random.one_in(60)) usleep(static_cast<useconds_t>(worker.random.below(3000)));
  }
}

void* run_thread(void* argument) {
  (void)argument;
  Worker* const worker = claim_worker();
  if (worker == nullptr) {
    --running;
    return nullptr;
  }
  self = worker;
  static thread_local char other_stack[32768];
  if (worker->random.one_in(2)) {
    const stack_t stack{other_stack, 0, sizeof other_stack};
    sigaltstack(&stack, nullptr);
  }
  work(*worker, 20 + worker->random.below(400));
  --running;
  if (worker->random.one_in(3)) pthread_exit(nullptr);
  return nullptr;
}

void start_threads(Worker& worker, unsigned most) {
  for (std::uint64_t count = worker.random.below(most + 1); count > 0; --count) {
    pthread_t thread;
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, 512 * 1024);
    const bool may_start = used_workers.load() + 8 < kMostThreads && running.load() < kMostRunning;
    if (may_start && pthread_create(&thread, &attributes, run_thread, nullptr) == 0) ++running;
    pthread_attr_destroy(&attributes);
  }
}

[[noreturn]] void replace_program(Worker& worker) {
  char seed_text[32], image_text[32], generation_text[32];
  std::snprintf(seed_text, sizeof seed_text, "%llu", static_cast<unsigned long long>(worker.random.next() >> 1));
  std::snprintf(image_text, sizeof image_text, "%u", image + 1);
  std::snprintf(generation_text, sizeof generation_text, "%u", generation + 1);
  char milliseconds[] = "100";
  char* argv[] = {arguments[0], seed_text,  milliseconds,    arguments[3], arguments[4],
                  arguments[5], image_text, generation_text, nullptr};
  execv("/proc/self/exe", argv);
  give_up("no exec");
}

[[noreturn]] void end_process(Worker& worker) {
  switch (worker.random.below(7)) {
    case 0:
      pthread_mutex_lock(&loader);
      std::exit(1);
    case 1:
      _exit(2);
    case 2:
      pthread_mutex_lock(&loader);
      std::quick_exit(3);
    case 3:
      std::abort();
    case 4:
      kill(getpid(), SIGKILL);
      break;
    case 5:
      signal(SIGSEGV, SIG_DFL);
      raise(SIGSEGV);
      break;
    default:
      raise(SIGTERM);
  }
  pthread_mutex_lock(&loader);
  std::exit(0);
}

int run(int argc, char** argv) {
  if (argc < 6) give_up("usage: stress_guest SEED MILLISECONDS FOLDER PLUGIN_A PLUGIN_B [IMAGE GENERATION]");
  arguments = argv;
  seed = std::strtoull(argv[1], nullptr, 10);
  end_ns = now_ns() + std::strtoull(argv[2], nullptr, 10) * 1'000'000;
  image = argc > 6 ? static_cast<unsigned>(std::atoi(argv[6])) : 0;
  generation = argc > 7 ? static_cast<unsigned>(std::atoi(argv[7])) : 0;
  signals(SIG_UNBLOCK);
  const rlimit no_core{0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  struct sigaction action {};
  action.sa_handler = on_signal;
  action.sa_flags = SA_RESTART | SA_ONSTACK;
  sigaction(SIGUSR1, &action, nullptr);
  open_ledger(nullptr);
  self = claim_worker();
  // A timer sends signals to whichever thread runs, at any instruction.
  sigevent event{};
  event.sigev_notify = SIGEV_SIGNAL;
  event.sigev_signo = SIGUSR1;
  timer_t timer;
  if (timer_create(CLOCK_MONOTONIC, &event, &timer) == 0) {
    const itimerspec period{{0, 700'000}, {0, 700'000}};
    timer_settime(timer, 0, &period, nullptr);
  }
  while (!time_is_up() && !self->journal.full()) {
    start_threads(*self, 4);
    work(*self, 100);
  }
  if (generation < kMostGenerations && self->random.one_in(4)) replace_program(*self);
  if (self->random.one_in(4)) {
    pthread_mutex_lock(&loader);
    return 0;
  }
  end_process(*self);
}

}  // namespace
}  // namespace stress

int main(int argc, char** argv) {
  return stress::run(argc, argv);
}
