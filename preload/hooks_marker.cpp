// The profiler's side of marker.h: the one symbol that a program's markers look for.
#include <memline/marker.h>

#include "live_counter.h"
#include "real.h"
#include "recorder.h"

namespace memline::capture {
namespace {

State current_state() noexcept {
  const State now = state();
  return now == State::kUnknown ? session.ensure_started() : now;
}

bool records_acquisitions() noexcept {
  return current_state() == State::kRecording;
}

bool records_all_else() noexcept {
  const State now = current_state();
  return now == State::kRecording || now == State::kPaused;
}

void lost_where_stopped(std::uint64_t bytes) noexcept {
  if (state() == State::kStopped) session.count_lost(trace::Loss::kTraceFull, 1, bytes);
}

int active() {
  return records_acquisitions() ? 1 : 0;
}

void mark(const char* name, int has_value, double value) {
  if (records_all_else()) record_mark(MEMLINE_CALLER, name, has_value != 0, value);
}

std::uint64_t span_begin(const char* name) {
  return records_all_else() ? record_span_begin(MEMLINE_CALLER, name) : 0;
}

void span_end(std::uint64_t span) {
  if (records_all_else()) record_span_end(MEMLINE_CALLER, span);
}

void span_attach(std::uint64_t span) {
  if (records_all_else()) record_span_attach(MEMLINE_CALLER, span);
}

void span_detach(std::uint64_t span) {
  if (records_all_else()) record_span_detach(MEMLINE_CALLER, span);
}

void block(const void* address) {
  if (records_all_else()) record_asked_block(MEMLINE_CALLER, address_of(address));
}

void record(int on) {
  if (records_all_else()) record_recording(MEMLINE_CALLER, on != 0);
}

std::uint64_t pool_create(const char* name) {
  return records_all_else() ? record_pool_create(MEMLINE_CALLER, name) : 0;
}

void pool_backing(std::uint64_t pool, const void* memory, std::size_t bytes) {
  if (records_all_else()) record_pool_backing(MEMLINE_CALLER, pool, address_of(memory), bytes);
}

void pool_alloc(std::uint64_t pool, const void* block, std::size_t bytes) {
  if (records_acquisitions()) {
    record_pool_acquire(MEMLINE_CALLER, pool, address_of(block), bytes);
  } else {
    lost_where_stopped(bytes);
  }
}

void pool_realloc(std::uint64_t pool, const void* old_block, const void* block, std::size_t bytes) {
  if (records_all_else()) {
    record_pool_realloc(MEMLINE_CALLER, pool, address_of(old_block), address_of(block), bytes);
  } else {
    lost_where_stopped(bytes);
  }
}

void pool_free(std::uint64_t pool, const void* block) {
  if (records_all_else()) {
    record_pool_release(MEMLINE_CALLER, pool, address_of(block));
  } else {
    lost_where_stopped(0);
  }
}

void pool_reset(std::uint64_t pool) {
  if (records_all_else()) record_pool_reset(MEMLINE_CALLER, pool);
}

void pool_destroy(std::uint64_t pool) {
  if (records_all_else()) record_pool_destroy(MEMLINE_CALLER, pool);
}

/// Whether the sizes of blocks can be had: a foreign allocator's may not be asked for before it is ready.
bool can_measure() noexcept {
  return records_all_else() && real.malloc_usable_size != nullptr &&
         (!session.foreign_allocator || session.tells_usable_size);
}

constexpr double kNanosecond = 1e-9;

std::uint64_t measure_begin() {
  return can_measure() ? live_counter.begin() : 0;
}

void measure_end(std::uint64_t measurement, memline_measurements* result) {
  const Measured measured = live_counter.end(measurement);
  // after recording has stopped nothing was counted any more
  if (!records_all_else()) return;
  *result = {measured.delta, static_cast<double>(measured.nanoseconds) * kNanosecond, measured.peak_above_end,
             measured.live};
}

std::uint64_t usage_begin(double interval_seconds) {
  if (!can_measure()) return 0;
  live_counter.turn_on();
  constexpr double kLongestSeconds = 1e6;
  double seconds = interval_seconds > 0 ? interval_seconds : 0;
  if (seconds > kLongestSeconds) seconds = kLongestSeconds;
  return live_counter.samples.begin(static_cast<std::uint64_t>(seconds / kNanosecond), live_counter.live()) ? 1 : 0;
}

std::size_t usage_end(std::uint64_t /*series*/) {
  return live_counter.samples.end(live_counter.live());
}

void usage_read(std::uint64_t /*series*/, memline_usage_sample* samples, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const UsageSample& sample = live_counter.samples[i];
    samples[i] = {static_cast<double>(sample.nanoseconds) * kNanosecond, sample.bytes};
  }
  live_counter.samples.release();
}

}  // namespace
}  // namespace memline::capture

/// In the order of the table's fields.
extern "C" __attribute__((visibility("default"))) const memline_marker_table memline_marker_functions = {
    sizeof(memline_marker_table),    memline::capture::active,      memline::capture::mark,
    memline::capture::span_begin,    memline::capture::span_end,    memline::capture::span_attach,
    memline::capture::span_detach,   memline::capture::record,      memline::capture::pool_create,
    memline::capture::pool_backing,  memline::capture::pool_alloc,  memline::capture::pool_realloc,
    memline::capture::pool_free,     memline::capture::pool_reset,  memline::capture::pool_destroy,
    memline::capture::measure_begin, memline::capture::measure_end, memline::capture::usage_begin,
    memline::capture::usage_end,     memline::capture::usage_read,  memline::capture::block,
};
