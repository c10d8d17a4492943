/* liboracle.so: the slow and simple recorder that memline is held against. Every call becomes a line of text, written at
 * once, under one lock that is also held across the real call, so that the order of the lines is the order of the calls.
 * Stacks come from libunwind. It stands behind libmemline.so (LD_PRELOAD=libmemline.so:liboracle.so), so that both see
 * the same calls of the same run, or alone. Nothing of memline is used here.
 *
 *   M id bias path                       a module, before the first frame in it
 *   S id frame...                        a stack, innermost frame first: module:offset, with ! where the address is
 *                                        exact (interrupted by a signal) and not a return address
 *   a tid address size stack             allocation              f tid address stack             free
 *   r tid old address size stack         realloc                 m tid address length protection flags stack    mmap
 *   u tid address length stack           munmap                  R tid old length address length flags stack    mremap
 *   p tid address length protection stack   mprotect             b tid old new stack             sbrk, brk
 *
 * and, from liboracle_markers.so:
 *
 *   s tid span name stack                span begun              e, t, d tid span stack          ended, attached, detached
 *   P tid on stack                       recording on or off     B tid pool address length stack      backing
 *   A tid pool address size stack        block of a pool         X tid pool old address size stack    resized
 *   F tid pool address stack             given back              Z, D tid pool stack             reset, destroyed
 *
 * ORACLE_OUT names the log; %p is the process id. A forked child writes nothing. Not meant for programs that allocate in
 * signal handlers.
 */
#define _GNU_SOURCE
#define UNW_LOCAL_ONLY
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <libunwind.h>
#include <link.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { kMaxFrames = 1000, kMaxModules = 1000, kStackSlots = 1 << 20, kDescriptor = 700 };

struct Module {
  uintptr_t bias, begin, end;
  int written;
};
struct Seen {
  uint64_t hash;
  unsigned id;
};

static struct Module modules[kMaxModules];
static int module_count, first_module;
static unsigned long long unloads;
static uintptr_t own_begin, own_end, memline_begin, memline_end, markers_begin, markers_end;
static struct Seen* seen_stacks;
static unsigned stack_count;
static int output = -1;
static pid_t process;
static int lock_word;
static __thread int inside __attribute__((tls_model("initial-exec")));

static void* (*real_malloc)(size_t);
static void (*real_free)(void*);
static void* (*real_calloc)(size_t, size_t);
static void* (*real_realloc)(void*, size_t);
static void* (*real_reallocarray)(void*, size_t, size_t);
static void* (*real_memalign)(size_t, size_t);
static void* (*real_aligned_alloc)(size_t, size_t);
static int (*real_posix_memalign)(void**, size_t, size_t);
static void* (*real_valloc)(size_t);
static void* (*real_pvalloc)(size_t);
static void* (*real_mmap)(void*, size_t, int, int, int, off_t);
static int (*real_munmap)(void*, size_t);
static void* (*real_mremap)(void*, size_t, size_t, int, ...);
static int (*real_mprotect)(void*, size_t, int);
static void* (*real_sbrk)(intptr_t);
static int (*real_brk)(void*);

static void find(void* slot, const char* name) {
  void* found = dlsym(RTLD_NEXT, name);
  memcpy(slot, &found, sizeof found);
}

static void open_output(void) {
  const char* pattern = getenv("ORACLE_OUT");
  char path[4096];
  size_t length = 0;
  if (pattern == NULL) return;
  for (const char* c = pattern; *c != '\0' && length < sizeof path - 20; ++c) {
    if (c[0] == '%' && c[1] == 'p') {
      length += (size_t)snprintf(path + length, 20, "%d", (int)process);
      ++c;
    } else {
      path[length++] = *c;
    }
  }
  path[length] = '\0';
  int descriptor = (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (descriptor < 0) return;
  output = (int)syscall(SYS_fcntl, descriptor, F_DUPFD_CLOEXEC, kDescriptor);
  syscall(SYS_close, descriptor);
}

static void put(const char* text, size_t length) {
  while (length > 0) {
    long written = syscall(SYS_write, output, text, length);
    if (written <= 0) return;
    text += written;
    length -= (size_t)written;
  }
}

/* libunwind maps memory when it is first used, through an mmap that memline sees unless a malloc is going on: it is done
 * here, once, and logged without a stack, so that both count it. ORACLE_ALONE=1: it is not logged, since nobody else
 * counts it. */
static int warming, in_constructor;
static void warm_up(void) {
  unw_context_t context;
  unw_cursor_t cursor;
  if (output < 0 || !in_constructor || getenv("ORACLE_ALONE") != NULL) return;
  warming = 1;
  unw_getcontext(&context);
  unw_init_local(&cursor, &context);
  while (unw_step(&cursor) > 0) continue;
  warming = 0;
}

static void start(void) {
  if (real_malloc != NULL) return;
  ++inside;
  find(&real_free, "free");
  find(&real_calloc, "calloc");
  find(&real_realloc, "realloc");
  find(&real_reallocarray, "reallocarray");
  find(&real_memalign, "memalign");
  find(&real_aligned_alloc, "aligned_alloc");
  find(&real_posix_memalign, "posix_memalign");
  find(&real_valloc, "valloc");
  find(&real_pvalloc, "pvalloc");
  find(&real_mmap, "mmap");
  find(&real_munmap, "munmap");
  find(&real_mremap, "mremap");
  find(&real_mprotect, "mprotect");
  find(&real_sbrk, "sbrk");
  find(&real_brk, "brk");
  find(&real_malloc, "malloc");
  process = (pid_t)syscall(SYS_getpid);
  seen_stacks = (struct Seen*)syscall(SYS_mmap, NULL, kStackSlots * sizeof *seen_stacks, PROT_READ | PROT_WRITE,
                                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  open_output();
  warm_up();
  --inside;
}

__attribute__((constructor)) static void construct(void) {
  in_constructor = 1;
  start();
}

/* Modules. The loader's lock is taken here, which memline must never do; the oracle may. */
static int add_module(struct dl_phdr_info* info, size_t size, void* unused) {
  (void)size, (void)unused;
  uintptr_t begin = UINTPTR_MAX, end = 0;
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const ElfW(Phdr)* header = &info->dlpi_phdr[i];
    if (header->p_type != PT_LOAD) continue;
    uintptr_t first = info->dlpi_addr + header->p_vaddr;
    if (first < begin) begin = first;
    if (first + header->p_memsz > end) end = first + header->p_memsz;
  }
  for (int i = first_module; i < module_count; ++i)
    if (modules[i].begin == begin) return 0;
  if (module_count == kMaxModules) return 1;
  const char* name = info->dlpi_name;
  char executable[4096];
  if (name[0] == '\0') {
    long length = syscall(SYS_readlink, "/proc/self/exe", executable, sizeof executable - 1);
    executable[length > 0 ? length : 0] = '\0';
    name = executable;
  }
  uintptr_t here = (uintptr_t)&add_module;
  if (here >= begin && here < end) own_begin = begin, own_end = end;
  if (strstr(name, "libmemline.so") != NULL) memline_begin = begin, memline_end = end;
  if (strstr(name, "liboracle_markers.so") != NULL) markers_begin = begin, markers_end = end;
  char line[5000];
  int written = snprintf(line, sizeof line, "M %d %lx %s\n", module_count, (unsigned long)info->dlpi_addr, name);
  put(line, (size_t)written);
  modules[module_count++] = (struct Module){info->dlpi_addr, begin, end, 1};
  return 0;
}

/* What is loaded later at the same addresses is something else: after a dlclose, every module is looked at anew. */
static int notice_unloads(struct dl_phdr_info* info, size_t size, void* unused) {
  (void)size, (void)unused;
  if (info->dlpi_subs != unloads) {
    unloads = info->dlpi_subs;
    first_module = module_count;
    unw_flush_cache(unw_local_addr_space, 0, 0);
  }
  return 1;
}

static int module_of(uintptr_t address) {
  for (int attempt = 0; attempt < 2; ++attempt) {
    for (int i = first_module; i < module_count; ++i)
      if (address >= modules[i].begin && address < modules[i].end) return i;
    if (attempt == 0) dl_iterate_phdr(add_module, NULL);
  }
  return -1;
}

static int is_profiler(uintptr_t address) {
  return (address >= own_begin && address < own_end) || (address >= memline_begin && address < memline_end) ||
         (address >= markers_begin && address < markers_end);
}

static unsigned intern(const uintptr_t* addresses, const unsigned char* exact, int count) {
  char line[kMaxFrames * 28 + 40];
  uint64_t hash = 1469598103934665603u;
  int length = 0;
  for (int i = 0; i < count; ++i) {
    int module = module_of(addresses[i] - (exact[i] ? 0 : 1));
    uintptr_t offset = module < 0 ? addresses[i] : addresses[i] - modules[module].bias;
    length += snprintf(line + length, 28, " %d:%lx%s", module, (unsigned long)offset, exact[i] ? "!" : "");
  }
  for (int i = 0; i < length; ++i) hash = (hash ^ (unsigned char)line[i]) * 1099511628211u;
  if (hash == 0) hash = 1;
  for (size_t slot = hash % kStackSlots;; slot = (slot + 1) % kStackSlots) {
    if (seen_stacks[slot].hash == hash) return seen_stacks[slot].id;
    if (seen_stacks[slot].hash != 0) continue;
    if (stack_count > kStackSlots / 2) return 0;
    seen_stacks[slot] = (struct Seen){hash, ++stack_count};
    char number[24];
    put(number, (size_t)snprintf(number, sizeof number, "S %u", stack_count));
    put(line, (size_t)length);
    put("\n", 1);
    return stack_count;
  }
}

static unsigned current_stack(void) {
  uintptr_t addresses[kMaxFrames];
  unsigned char exact[kMaxFrames];
  int count = 0, after_signal = 0;
  unw_context_t context;
  unw_cursor_t cursor;
  dl_iterate_phdr(notice_unloads, NULL);
  if (own_begin == 0) dl_iterate_phdr(add_module, NULL);
  unw_getcontext(&context);
  unw_init_local(&cursor, &context);
  do {
    unw_word_t ip = 0;
    unw_get_reg(&cursor, UNW_REG_IP, &ip);
    if (ip == 0) break;
    int signal_frame = unw_is_signal_frame(&cursor) > 0;
    if (count > 0 || !is_profiler(ip)) {
      addresses[count] = ip;
      exact[count++] = (unsigned char)(after_signal != 0);
    }
    after_signal = signal_frame;
  } while (count < kMaxFrames && unw_step(&cursor) > 0);
  return intern(addresses, exact, count);
}

/* True if this call is to be logged; then the lock is held until leave(). */
static int enter(void) {
  if (real_malloc == NULL) start();
  if (inside != 0 || output < 0 || (pid_t)syscall(SYS_getpid) != process) return 0;
  ++inside;
  while (__atomic_exchange_n(&lock_word, 1, __ATOMIC_ACQUIRE) != 0) syscall(SYS_sched_yield);
  return 1;
}

static void leave(void) {
  __atomic_store_n(&lock_word, 0, __ATOMIC_RELEASE);
  --inside;
}

__attribute__((format(printf, 2, 3))) static void event(char kind, const char* format, ...) {
  int saved_errno = errno;
  unsigned stack = current_stack();
  char line[500];
  int length = snprintf(line, sizeof line, "%c %ld ", kind, syscall(SYS_gettid));
  va_list arguments;
  va_start(arguments, format);
  length += vsnprintf(line + length, sizeof line - 40 - (size_t)length, format, arguments);
  va_end(arguments);
  length += snprintf(line + length, 40, " %u\n", stack);
  put(line, (size_t)length);
  errno = saved_errno;
}

#define HOOK __attribute__((visibility("default")))
static unsigned long number(const void* p) {
  return (unsigned long)p;
}

static void* allocated(void* block, size_t bytes) {
  if (block != NULL) event('a', "%lx %zu", number(block), bytes);
  return block;
}

/* For liboracle_markers.so. */
HOOK void oracle_event(char kind, const char* values) {
  if (!enter()) return;
  event(kind, "%s", values);
  leave();
}

/* calloc comes before the real one is known when dlsym itself allocates. */
static char early[4096];
static size_t early_used;

HOOK void* malloc(size_t bytes) {
  if (!enter()) return real_malloc(bytes);
  void* block = allocated(real_malloc(bytes), bytes);
  leave();
  return block;
}

HOOK void* calloc(size_t count, size_t bytes) {
  if (real_malloc == NULL && inside != 0) {
    void* block = early + early_used;
    early_used += (count * bytes + 15) / 16 * 16;
    return block;
  }
  if (!enter()) return real_calloc(count, bytes);
  void* block = allocated(real_calloc(count, bytes), count * bytes);
  leave();
  return block;
}

HOOK void free(void* block) {
  if (block == NULL || ((char*)block >= early && (char*)block < early + sizeof early)) return;
  if (!enter()) {
    real_free(block);
    return;
  }
  event('f', "%lx", number(block));
  real_free(block);
  leave();
}
HOOK void free_sized(void* block, size_t bytes) {
  (void)bytes;
  free(block);
}
HOOK void free_aligned_sized(void* block, size_t alignment, size_t bytes) {
  (void)alignment, (void)bytes;
  free(block);
}

static void resized(void* old, void* block, size_t bytes) {
  if (old == NULL) {
    allocated(block, bytes);
  } else if (block != NULL) {
    event('r', "%lx %lx %zu", number(old), number(block), bytes);
  } else if (bytes == 0) {
    event('f', "%lx", number(old));
  }
}

HOOK void* realloc(void* old, size_t bytes) {
  if (!enter()) return real_realloc(old, bytes);
  void* block = real_realloc(old, bytes);
  resized(old, block, bytes);
  leave();
  return block;
}

HOOK void* reallocarray(void* old, size_t count, size_t bytes) {
  if (!enter()) return real_reallocarray(old, count, bytes);
  void* block = real_reallocarray(old, count, bytes);
  size_t total = 0;
  if (!__builtin_mul_overflow(count, bytes, &total)) resized(old, block, total);
  leave();
  return block;
}

HOOK void* memalign(size_t alignment, size_t bytes) {
  if (!enter()) return real_memalign(alignment, bytes);
  void* block = allocated(real_memalign(alignment, bytes), bytes);
  leave();
  return block;
}
HOOK void* aligned_alloc(size_t alignment, size_t bytes) {
  if (!enter()) return real_aligned_alloc(alignment, bytes);
  void* block = allocated(real_aligned_alloc(alignment, bytes), bytes);
  leave();
  return block;
}
HOOK int posix_memalign(void** block, size_t alignment, size_t bytes) {
  if (!enter()) return real_posix_memalign(block, alignment, bytes);
  int status = real_posix_memalign(block, alignment, bytes);
  if (status == 0) allocated(*block, bytes);
  leave();
  return status;
}
HOOK void* valloc(size_t bytes) {
  if (!enter()) return real_valloc(bytes);
  void* block = allocated(real_valloc(bytes), bytes);
  leave();
  return block;
}
HOOK void* pvalloc(size_t bytes) {
  if (!enter()) return real_pvalloc(bytes);
  void* block = allocated(real_pvalloc(bytes), bytes);
  leave();
  return block;
}

HOOK void* mmap(void* address, size_t length, int protection, int flags, int file, off_t offset) {
  if (warming) {
    void* own = real_mmap(address, length, protection, flags, file, offset);
    char line[120];
    put(line, (size_t)snprintf(line, sizeof line, "m %ld %lx %zu %d %d 0\n", syscall(SYS_gettid), number(own), length,
                               protection, flags));
    return own;
  }
  if (!enter()) return real_mmap(address, length, protection, flags, file, offset);
  void* result = real_mmap(address, length, protection, flags, file, offset);
  if (result != MAP_FAILED) event('m', "%lx %zu %d %d", number(result), length, protection, flags);
  leave();
  return result;
}
HOOK void* mmap64(void* address, size_t length, int protection, int flags, int file, off_t offset)
    __attribute__((alias("mmap")));

HOOK int munmap(void* address, size_t length) {
  if (!enter()) return real_munmap(address, length);
  int status = real_munmap(address, length);
  if (status == 0) event('u', "%lx %zu", number(address), length);
  leave();
  return status;
}

HOOK void* mremap(void* old, size_t old_length, size_t length, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  void* wanted = (flags & MREMAP_FIXED) != 0 ? va_arg(arguments, void*) : NULL;
  va_end(arguments);
  if (!enter()) return real_mremap(old, old_length, length, flags, wanted);
  void* result = real_mremap(old, old_length, length, flags, wanted);
  if (result != MAP_FAILED) event('R', "%lx %zu %lx %zu %d", number(old), old_length, number(result), length, flags);
  leave();
  return result;
}

HOOK int mprotect(void* address, size_t length, int protection) {
  if (!enter()) return real_mprotect(address, length, protection);
  int status = real_mprotect(address, length, protection);
  if (status == 0) event('p', "%lx %zu %d", number(address), length, protection);
  leave();
  return status;
}

HOOK void* sbrk(intptr_t change) {
  if (!enter()) return real_sbrk(change);
  void* before = real_sbrk(change);
  if (before != (void*)-1 && change != 0) event('b', "%lx %lx", number(before), number(before) + (unsigned long)change);
  leave();
  return before;
}

HOOK int brk(void* end) {
  if (!enter()) return real_brk(end);
  void* before = real_sbrk(0);
  int status = real_brk(end);
  if (status == 0 && before != end) event('b', "%lx %lx", number(before), number(end));
  leave();
  return status;
}
