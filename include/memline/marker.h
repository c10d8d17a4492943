/// \file memline's marker API: what a program can tell the profiler about itself. C99 and C++11, header-only, no library.
///
///     #include <memline/marker.h>
///
///     memline_mark("tables loaded");                       /* a named moment */
///     memline_mark_value("rows", 1e6);                     /* ... with a number */
///     uint64_t span = memline_span_begin("parse");         /* a named stretch of work */
///     ...                                                  /* another thread: memline_span_attach(span) */
///     memline_span_end(span);
///
///     uint64_t pool = memline_pool_create("arena");        /* an allocator of the program's own */
///     memline_pool_backing(pool, memory, memory_bytes);
///     memline_pool_alloc(pool, block, block_bytes);
///
///     memline_block(pointer);                              /* memline heap --asked: type, age, stacks of that block */
///
///     uint64_t fit = memline_measure_begin();              /* what the memory does from here ... */
///     struct memline_measurements m = memline_measure_end(fit);  /* ... to here, for the program itself */
///
/// When the program does not run under memline, each call is a test and a return; the very first one also looks for the
/// profiler, once. Nothing here fails, allocates or changes errno. Every function may be called from any thread at any
/// time, but not from a signal handler. Names are copied before the call returns.
///
/// In `memline report` and the other commands, `--span NAME` shows what happened inside spans of that name only, and
/// `heap --at mark:NAME` what was live at a mark.
#ifndef MEMLINE_MARKER_H
#define MEMLINE_MARKER_H

#include <dlfcn.h>
#include <errno.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
#include <utility>
#include <vector>

extern "C" {
#endif

/// What the heap did during a measurement. Bytes are those of the blocks of the malloc family in the whole process, whatever
/// thread, each as large as the allocator made it (malloc_usable_size, so a little more than was asked for); mappings of
/// the program's own and the blocks of its pools are not among them. All 0 when the program is not recorded.
struct memline_measurements {
  int64_t memory_delta; /* bytes: at the end minus at the beginning */
  double time_delta;    /* seconds */
  int64_t memory_peak;  /* bytes: how far the highest in between was above that at the end; at least 0 */
  int64_t memory_usage; /* bytes: at the end, counted from the process's first measurement on */
};

/// A moment of memline_usage_begin()'s series.
struct memline_usage_sample {
  double seconds; /* since the beginning of the series */
  int64_t bytes;  /* as memory_usage */
};

/// The functions of a profiler that is present. Fields are only ever added, at the end; `bytes` tells how many there are.
struct memline_marker_table {
  size_t bytes; /* sizeof(struct memline_marker_table) as the profiler knows it */
  int (*active)(void);
  void (*mark)(const char* name, int has_value, double value);
  uint64_t (*span_begin)(const char* name);
  void (*span_end)(uint64_t span);
  void (*span_attach)(uint64_t span);
  void (*span_detach)(uint64_t span);
  void (*record)(int on);
  uint64_t (*pool_create)(const char* name);
  void (*pool_backing)(uint64_t pool, const void* memory, size_t bytes);
  void (*pool_alloc)(uint64_t pool, const void* block, size_t bytes);
  void (*pool_realloc)(uint64_t pool, const void* old_block, const void* block, size_t bytes);
  void (*pool_free)(uint64_t pool, const void* block);
  void (*pool_reset)(uint64_t pool);
  void (*pool_destroy)(uint64_t pool);
  uint64_t (*measure_begin)(void);
  void (*measure_end)(uint64_t measurement, struct memline_measurements* result);
  uint64_t (*usage_begin)(double interval_seconds);
  size_t (*usage_end)(uint64_t series);
  void (*usage_read)(uint64_t series, struct memline_usage_sample* samples, size_t count);
  void (*block)(const void* address);
};

/// The profiler's table, or NULL. Looks for it in the first call of each source file; later ones are one load.
static inline const struct memline_marker_table* memline_marker_find(void) {
  static const struct memline_marker_table none = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
  static const struct memline_marker_table* found;
  const struct memline_marker_table* table = __atomic_load_n(&found, __ATOMIC_ACQUIRE);
  if (table == NULL) {
    const int saved_errno = errno;
    /* The handle of the global scope (RTLD_DEFAULT) is a null pointer in glibc and musl; the name needs _GNU_SOURCE. */
    table = (const struct memline_marker_table*)dlsym((void*)0, "memline_marker_functions");
    if (table == NULL || table->bytes < sizeof *table) {
      (void)dlerror(); /* ours: the program is not to find it */
      table = &none;
    }
    __atomic_store_n(&found, table, __ATOMIC_RELEASE);
    errno = saved_errno;
  }
  return table->bytes != 0 ? table : NULL;
}

/// 1 while the program is being recorded, 0 otherwise.
static inline int memline_active(void) {
  const struct memline_marker_table* table = memline_marker_find();
  return table != NULL ? table->active() : 0;
}

/// A named moment.
static inline void memline_mark(const char* name) {
  const struct memline_marker_table* table = memline_marker_find();
  if (table != NULL) table->mark(name, 0, 0.0);
}

/// A named moment with a number of the program's own.
static inline void memline_mark_value(const char* name, double value) {
  const struct memline_marker_table* table = memline_marker_find();
  if (table != NULL) table->mark(name, 1, value);
}

/// Begins a named stretch of work on this thread. Spans nest. Returns a token (0 when not recorded).
static inline uint64_t memline_span_begin(const char* name) {
  const struct memline_marker_table* table = memline_marker_find();
  return table != NULL ? table->span_begin(name) : 0;
}

/// Ends the span, on any thread.
static inline void memline_span_end(uint64_t span) {
  const struct memline_marker_table* table = memline_marker_find();
  if (table != NULL && span != 0) table->span_end(span);
}

/// From here to memline_span_detach() this thread works for the span that another thread has begun.
static inline void memline_span_attach(uint64_t span) {
  const struct memline_marker_table* table = memline_marker_find();
  if (table != NULL && span != 0) table->span_attach(span);
}

static inline void memline_span_detach(uint64_t span) {
  const struct memline_marker_table* table = memline_marker_find();
  if (table != NULL && span != 0) table->span_detach(span);
}

/// From here on acquisitions are not recorded, in the whole process. Releases still are. Pauses nest: recording goes on
/// when each has been followed by a memline_resume(), MEMLINE_START=paused among them.
static inline void memline_pause(void) {
  const struct memline_marker_table* table = memline_marker_find();
  if (table != NULL) table->record(0);
}

static inline void memline_resume(void) {
  const struct memline_marker_table* table = memline_marker_find();
  if (table != NULL) table->record(1);
}

/// Announces an allocator of the program's own. Returns its number (0 when not recorded).
static inline uint64_t memline_pool_create(const char* name) {
  const struct memline_marker_table* table = memline_marker_find();
  return table != NULL ? table->pool_create(name) : 0;
}

/// `memory`, which the program got from malloc or mmap, is what the pool serves blocks from: it no longer counts as live
/// itself, only the blocks in it do. May be called again as the pool grows.
static inline void memline_pool_backing(uint64_t pool, const void* memory, size_t bytes) {
  const struct memline_marker_table* table = memline_marker_find();
  if (table != NULL && pool != 0) table->pool_backing(pool, memory, bytes);
}

/// The pool handed out a block. It is charged to the line that called the function this is called from.
static inline void memline_pool_alloc(uint64_t pool, const void* block, size_t bytes) {
  const struct memline_marker_table* table = memline_marker_find();
  if (table != NULL && pool != 0) table->pool_alloc(pool, block, bytes);
}

/// The pool resized a block, in place or by moving it. One reallocation.
static inline void memline_pool_realloc(uint64_t pool, const void* old_block, const void* block, size_t bytes) {
  const struct memline_marker_table* table = memline_marker_find();
  if (table != NULL && pool != 0) table->pool_realloc(pool, old_block, block, bytes);
}

/// The pool took a block back.
static inline void memline_pool_free(uint64_t pool, const void* block) {
  const struct memline_marker_table* table = memline_marker_find();
  if (table != NULL && pool != 0) table->pool_free(pool, block);
}

/// The pool took all its blocks back at once.
static inline void memline_pool_reset(uint64_t pool) {
  const struct memline_marker_table* table = memline_marker_find();
  if (table != NULL && pool != 0) table->pool_reset(pool);
}

/// The pool is no more; backing memory that the program still holds counts as its own again.
static inline void memline_pool_destroy(uint64_t pool) {
  const struct memline_marker_table* table = memline_marker_find();
  if (table != NULL && pool != 0) table->pool_destroy(pool);
}

/// Asks whose memory this is: `memline heap --asked` says it, for every call, of the block that held the address at that
/// moment: its type, size, age and thread, the stack that allocated it, and the one that freed it, before or since.
/// `memline run --watch` says so while the program runs, a moment after the call. The program has no answer itself, for
/// memline keeps no table of blocks in it.
static inline void memline_block(const void* address) {
  const struct memline_marker_table* table = memline_marker_find();
  if (table != NULL) table->block(address);
}

/// Begins a measurement, on any thread. The process's first one switches the counting on, which costs every allocation and
/// release a few nanoseconds from then on: call it early for a memory_usage that leaves little out. 64 can be open at a
/// time. Returns a token; 0: not recorded, too many are open, or the program's allocator does not tell sizes.
static inline uint64_t memline_measure_begin(void) {
  const struct memline_marker_table* table = memline_marker_find();
  return table != NULL ? table->measure_begin() : 0;
}

/// Ends the measurement, on any thread.
static inline struct memline_measurements memline_measure_end(uint64_t measurement) {
  const struct memline_marker_table* table = memline_marker_find();
  struct memline_measurements result = {0, 0.0, 0, 0};
  if (table != NULL && measurement != 0) table->measure_end(measurement, &result);
  return result;
}

/// Begins a series of samples of the live bytes, one every so many seconds, one series at a time in the process. No
/// thread takes them: live bytes change by events alone, and each event fills in the moments that have passed. Of a long
/// series every second sample is dropped, again and again, so that it has at most 4096. Returns a token; 0: no series.
static inline uint64_t memline_usage_begin(double interval_seconds) {
  const struct memline_marker_table* table = memline_marker_find();
  return table != NULL ? table->usage_begin(interval_seconds) : 0;
}

/// Ends the series and returns the number of its samples, which memline_usage_read() has to be called for.
static inline size_t memline_usage_end(uint64_t series) {
  const struct memline_marker_table* table = memline_marker_find();
  return table != NULL && series != 0 ? table->usage_end(series) : 0;
}

/// Copies the samples, of which there is room for `count`, and forgets them.
static inline void memline_usage_read(uint64_t series, struct memline_usage_sample* samples, size_t count) {
  const struct memline_marker_table* table = memline_marker_find();
  if (table != NULL && series != 0) table->usage_read(series, samples, count);
}

#ifdef __cplusplus
}  // extern "C"

namespace memline {

using Measurements = struct memline_measurements;
using UsageSample = struct memline_usage_sample;

/// A span whose values the program can have itself.
class MeasuredSpan {
 public:
  explicit MeasuredSpan(const char* name)
      : token_(memline_span_begin(name)), measurement_(memline_measure_begin()), open_(true) {}
  ~MeasuredSpan() { end(); }
  MeasuredSpan(const MeasuredSpan&) = delete;
  MeasuredSpan& operator=(const MeasuredSpan&) = delete;
  /// For SpanAttachment in a thread that works for this span.
  uint64_t token() const { return token_; }

  /// Ends the span; all 0 where it has ended already.
  Measurements end() {
    if (!open_) return Measurements();
    open_ = false;
    const Measurements result = memline_measure_end(measurement_);
    memline_span_end(token_);
    return result;
  }

 private:
  uint64_t token_, measurement_;
  bool open_;
};

/// Calls `function`, once, and returns the live bytes before, every so many seconds, and after it. Not recorded: two
/// samples of 0.
template <class Function>
std::vector<UsageSample> memory_usage(Function&& function, double interval_seconds = 0.1) {
  struct Series {
    uint64_t token;
    bool open;
    size_t end() {
      open = false;
      return memline_usage_end(token);
    }
    ~Series() {  // the function has thrown
      if (!open) return;
      end();
      memline_usage_read(token, NULL, 0);
    }
  };
  Series series = {memline_usage_begin(interval_seconds), true};
  std::forward<Function>(function)();
  const size_t count = series.end();
  std::vector<UsageSample> samples(count < 2 ? 2 : count);
  memline_usage_read(series.token, samples.data(), count);
  return samples;
}

/// A span for as long as the object lives.
class Span {
 public:
  explicit Span(const char* name) : token_(memline_span_begin(name)) {}
  ~Span() { memline_span_end(token_); }
  Span(const Span&) = delete;
  Span& operator=(const Span&) = delete;
  /// For SpanAttachment in a thread that works for this span.
  uint64_t token() const { return token_; }

 private:
  uint64_t token_;
};

/// This thread works for another thread's span for as long as the object lives.
class SpanAttachment {
 public:
  explicit SpanAttachment(uint64_t token) : token_(token) { memline_span_attach(token_); }
  ~SpanAttachment() { memline_span_detach(token_); }
  SpanAttachment(const SpanAttachment&) = delete;
  SpanAttachment& operator=(const SpanAttachment&) = delete;

 private:
  uint64_t token_;
};

/// Acquisitions are not recorded for as long as the object lives.
class Pause {
 public:
  Pause() { memline_pause(); }
  ~Pause() { memline_resume(); }
  Pause(const Pause&) = delete;
  Pause& operator=(const Pause&) = delete;
};

/// A pool for as long as the object lives.
class Pool {
 public:
  explicit Pool(const char* name) : pool_(memline_pool_create(name)) {}
  ~Pool() { memline_pool_destroy(pool_); }
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  void backing(const void* memory, size_t bytes) const { memline_pool_backing(pool_, memory, bytes); }
  void alloc(const void* block, size_t bytes) const { memline_pool_alloc(pool_, block, bytes); }
  void realloc(const void* old_block, const void* block, size_t bytes) const {
    memline_pool_realloc(pool_, old_block, block, bytes);
  }
  void free(const void* block) const { memline_pool_free(pool_, block); }
  void reset() const { memline_pool_reset(pool_); }

 private:
  uint64_t pool_;
};

}  // namespace memline
#endif  // __cplusplus

#endif  // MEMLINE_MARKER_H
