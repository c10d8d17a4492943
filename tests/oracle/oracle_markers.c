/* liboracle_markers.so: the oracle's side of marker.h. Stands first (LD_PRELOAD=liboracle_markers.so:libmemline.so:
 * liboracle.so), so that programs find its table: each call is logged by liboracle.so and handed on to memline's table, if
 * there is one. What records a stack is handed on by a jump, so that memline sees the program's frames only.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <memline/marker.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct memline_marker_table* next;
static void (*log_event)(char kind, const char* values);
static uint64_t last_token;

__attribute__((constructor)) static void find(void) {
  void* function = dlsym(RTLD_DEFAULT, "oracle_event");
  memcpy(&log_event, &function, sizeof function);
  /* A search in vain would allocate its error text, an event like the program's. */
  if (getenv("ORACLE_ALONE") == NULL) {
    next = (const struct memline_marker_table*)dlsym(RTLD_NEXT, "memline_marker_functions");
  }
}

#define LOG(kind, ...)                              \
  do {                                              \
    char values[400];                               \
    snprintf(values, sizeof values, __VA_ARGS__);   \
    if (log_event != NULL) log_event(kind, values); \
  } while (0)
#define NUMBER(value) ((unsigned long)(value))

static uint64_t new_token(void) {
  return __atomic_add_fetch(&last_token, 1, __ATOMIC_RELAXED);
}

/* Names may hold blanks: two digits a byte. */
static const char* hexadecimal(const char* name, char* out, size_t room) {
  size_t used = 0;
  for (; *name != '\0' && used + 3 < room; ++name, used += 2) snprintf(out + used, 3, "%02x", (unsigned char)*name);
  out[used] = '\0';
  return used == 0 ? "-" : out;
}

static int active(void) {
  return next != NULL ? next->active() : 1;
}
static void mark(const char* name, int has_value, double value) {
  if (next != NULL) next->mark(name, has_value, value);
}
static uint64_t span_begin(const char* name) {
  char text[200];
  uint64_t span = next != NULL ? next->span_begin(name) : new_token();
  LOG('s', "%lx %s", NUMBER(span), hexadecimal(name, text, sizeof text));
  return span;
}
static void span_end(uint64_t span) {
  LOG('e', "%lx", NUMBER(span));
  if (next != NULL) next->span_end(span);
}
static void span_attach(uint64_t span) {
  LOG('t', "%lx", NUMBER(span));
  if (next != NULL) next->span_attach(span);
}
static void span_detach(uint64_t span) {
  LOG('d', "%lx", NUMBER(span));
  if (next != NULL) next->span_detach(span);
}
static void record(int on) {
  LOG('P', "%d", on);
  if (next != NULL) next->record(on);
}
static uint64_t pool_create(const char* name) {
  return next != NULL ? next->pool_create(name) : new_token();
}
static void pool_backing(uint64_t pool, const void* memory, size_t bytes) {
  LOG('B', "%lx %lx %zu", NUMBER(pool), NUMBER(memory), bytes);
  if (next != NULL) next->pool_backing(pool, memory, bytes);
}
static void pool_alloc(uint64_t pool, const void* block, size_t bytes) {
  LOG('A', "%lx %lx %zu", NUMBER(pool), NUMBER(block), bytes);
  if (next != NULL) next->pool_alloc(pool, block, bytes);
}
static void pool_realloc(uint64_t pool, const void* old_block, const void* block, size_t bytes) {
  LOG('X', "%lx %lx %lx %zu", NUMBER(pool), NUMBER(old_block), NUMBER(block), bytes);
  if (next != NULL) next->pool_realloc(pool, old_block, block, bytes);
}
static void pool_free(uint64_t pool, const void* block) {
  LOG('F', "%lx %lx", NUMBER(pool), NUMBER(block));
  if (next != NULL) next->pool_free(pool, block);
}
static void pool_reset(uint64_t pool) {
  LOG('Z', "%lx", NUMBER(pool));
  if (next != NULL) next->pool_reset(pool);
}
static void pool_destroy(uint64_t pool) {
  LOG('D', "%lx", NUMBER(pool));
  if (next != NULL) next->pool_destroy(pool);
}

// What a program measures of itself is no event.
static uint64_t measure_begin(void) {
  return next != NULL ? next->measure_begin() : 0;
}
static void measure_end(uint64_t measurement, struct memline_measurements* result) {
  if (next != NULL) next->measure_end(measurement, result);
}
static uint64_t usage_begin(double interval_seconds) {
  return next != NULL ? next->usage_begin(interval_seconds) : 0;
}
static size_t usage_end(uint64_t series) {
  return next != NULL ? next->usage_end(series) : 0;
}
static void usage_read(uint64_t series, struct memline_usage_sample* samples, size_t count) {
  if (next != NULL) next->usage_read(series, samples, count);
}
static void block(const void* address) {
  if (next != NULL) next->block(address);
}

__attribute__((visibility("default")))
const struct memline_marker_table memline_marker_functions = {sizeof(struct memline_marker_table),
                                                              active,
                                                              mark,
                                                              span_begin,
                                                              span_end,
                                                              span_attach,
                                                              span_detach,
                                                              record,
                                                              pool_create,
                                                              pool_backing,
                                                              pool_alloc,
                                                              pool_realloc,
                                                              pool_free,
                                                              pool_reset,
                                                              pool_destroy,
                                                              measure_begin,
                                                              measure_end,
                                                              usage_begin,
                                                              usage_end,
                                                              usage_read,
                                                              block};
