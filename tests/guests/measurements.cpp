// Measurements and samples that a program takes of itself, held against what malloc_usable_size says of its blocks.
// Prints and returns 0 when all is as it must be without a profiler; with the argument "profiled", as with one.
#include <malloc.h>
#include <memline/marker.h>
#include <pthread.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <thread>

#include "guest.h"

namespace {

int failures = 0;
bool profiled = false;

void check(const char* what, int64_t found, int64_t wanted) {
  if (found == (profiled ? wanted : 0)) return;
  std::printf("%s: %lld instead of %lld\n", what, static_cast<long long>(found), static_cast<long long>(wanted));
  ++failures;
}

int64_t usable(void* block) {
  return static_cast<int64_t>(malloc_usable_size(block));
}

void* block_of(std::size_t bytes) {
  void* block = std::malloc(bytes);
  KEEP(block);
  return block;
}

void check_peak_and_delta() {
  memline::MeasuredSpan span("outer");
  memline::MeasuredSpan inner("inner");
  void* kept = block_of(1 << 20);
  void* temporary = block_of(100000);
  const int64_t temporary_bytes = usable(temporary);
  std::free(temporary);
  const memline::Measurements measured = inner.end();
  check("inner delta", measured.memory_delta, usable(kept));
  check("inner peak", measured.memory_peak, temporary_bytes);
  if (profiled != (measured.time_delta > 0)) check("time", -1, 0);
  void* late = block_of(5000);
  const memline::Measurements outer = span.end();
  check("outer delta", outer.memory_delta, usable(kept) + usable(late));
  check("outer peak", outer.memory_peak, temporary_bytes - usable(late));
  check("total", outer.memory_usage - measured.memory_usage, usable(late));
  check("ended again", span.end().memory_usage, 0);
  std::free(kept);
  std::free(late);
}

void check_releases_and_moves(void* from_before) {
  void* moved = block_of(1000);
  const int64_t old_bytes = usable(moved), bytes_before = usable(from_before);
  memline::MeasuredSpan moves("moves");
  moved = std::realloc(moved, 500000);
  KEEP(moved);
  memline::Measurements measured = moves.end();
  check("realloc delta", measured.memory_delta, usable(moved) - old_bytes);
  check("realloc peak", measured.memory_peak, 0);
  memline::MeasuredSpan release("release");
  std::free(from_before);
  std::free(nullptr);
  measured = release.end();
  check("release delta", measured.memory_delta, -bytes_before);
  check("release peak", measured.memory_peak, bytes_before);
  std::free(moved);
}

void* in_thread(void* result) {
  *static_cast<void**>(result) = block_of(777);
  return nullptr;
}

void check_other_threads() {
  pthread_t thread;
  void* block = nullptr;
  pthread_create(&thread, nullptr, in_thread, &block);  // the first one has the C library allocate
  pthread_join(thread, nullptr);
  std::free(block);
  const uint64_t measurement = memline_measure_begin();
  pthread_create(&thread, nullptr, in_thread, &block);
  pthread_join(thread, nullptr);
  const memline_measurements measured = memline_measure_end(measurement);
  // and what pthread_create takes for a while
  if (profiled && measured.memory_peak + measured.memory_delta < usable(block)) check("other thread", -1, 0);
  check("token that has ended", memline_measure_end(measurement).memory_usage, 0);
  std::free(block);
}

void check_samples() {
  int calls = 0;
  int64_t bytes = 0;
  const auto pause = [] { std::this_thread::sleep_for(std::chrono::milliseconds(60)); };
  const std::vector<memline::UsageSample> samples = memline::memory_usage(
      [&] {
        ++calls;
        void* block = block_of(8 << 20);
        bytes = usable(block);
        pause();
        std::free(block);
        KEEP(0);
        pause();
      },
      0.01);
  if (calls != 1) check("calls", -1, 0);
  const std::size_t least = profiled ? 10 : 2;
  if (samples.size() < least) check("samples", static_cast<int64_t>(samples.size()), static_cast<int64_t>(least));
  int64_t highest = samples.front().bytes;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    if (samples[i].bytes > highest) highest = samples[i].bytes;
    if (profiled && i > 0 && samples[i].seconds < samples[i - 1].seconds) check("order", -1, 0);
  }
  check("highest sample", highest - samples.front().bytes, bytes);
  check("last sample", samples.back().bytes - samples.front().bytes, 0);
  // another series can follow, and one within another has no samples
  const auto nested = memline::memory_usage([] { check("nested", memline::memory_usage([] {}).front().bytes, 0); });
  if (nested.size() < 2) check("second series", -1, 0);
}

}  // namespace

int main(int argc, char** argv) {
  profiled = argc > 1 && std::strcmp(argv[1], "profiled") == 0;
  void* from_before = block_of(123456);
  check_peak_and_delta();
  check_releases_and_moves(from_before);
  check_other_threads();
  check_samples();
  for (int i = 0; i < 1000; ++i) memline_measure_end(memline_measure_begin());
  uint64_t open = 0;
  for (int i = 0; i < 64; ++i) open = memline_measure_begin();
  check("64 at a time", open != 0, 1);
  check("and no more", static_cast<int64_t>(memline_measure_begin()), 0);
  if (failures == 0) std::puts("as it must be");
  return failures == 0 ? 0 : 1;
}
