/// \file The tagged functions: each makes one call of the allocator and is found in the trace by its name.
#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>

#ifdef __clang__
#define STRESS_TAGGED extern "C" __attribute__((noinline, used))
#else
#define STRESS_TAGGED extern "C" __attribute__((noinline, noclone, used))
#endif

/// Keeps the call from becoming a jump: its frame is what we are looked up by.
#define STRESS_FRAME() __asm__ volatile("" ::: "memory")

STRESS_TAGGED void* stress_malloc(std::size_t bytes) {
  void* result = std::malloc(bytes);
  STRESS_FRAME();
  return result;
}
STRESS_TAGGED void* stress_calloc(std::size_t bytes) {
  void* result = std::calloc(1, bytes);
  STRESS_FRAME();
  return result;
}
STRESS_TAGGED void* stress_realloc(void* old, std::size_t bytes) {
  void* result = std::realloc(old, bytes);
  STRESS_FRAME();
  return result;
}
STRESS_TAGGED void* stress_aligned(std::size_t bytes) {
  void* result = ::aligned_alloc(64, bytes);
  STRESS_FRAME();
  return result;
}
STRESS_TAGGED void* stress_memalign(std::size_t bytes) {
  void* result = nullptr;
  if (::posix_memalign(&result, 256, bytes) != 0) result = nullptr;
  STRESS_FRAME();
  return result;
}
STRESS_TAGGED void* stress_new(std::size_t bytes) {
  void* result = ::operator new(bytes);
  STRESS_FRAME();
  return result;
}
STRESS_TAGGED void stress_free(void* block) {
  std::free(block);
  STRESS_FRAME();
}
STRESS_TAGGED void stress_delete(void* block) {
  ::operator delete(block);
  STRESS_FRAME();
}
STRESS_TAGGED void* stress_map(std::size_t bytes) {
  void* result = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  STRESS_FRAME();
  return result == MAP_FAILED ? nullptr : result;
}
STRESS_TAGGED void stress_unmap(void* block, std::size_t bytes) {
  ::munmap(block, bytes);
  STRESS_FRAME();
}
STRESS_TAGGED void* stress_signal_map(std::size_t bytes) {
  void* result = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  STRESS_FRAME();
  return result == MAP_FAILED ? nullptr : result;
}
STRESS_TAGGED void stress_signal_unmap(void* block, std::size_t bytes) {
  ::munmap(block, bytes);
  STRESS_FRAME();
}
