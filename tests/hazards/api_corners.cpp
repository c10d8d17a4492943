// Every corner of the allocation interface prints what it gave and what errno was: the same lines with us and without.
#include <malloc.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <new>

#include "hazard.h"

namespace {

template <class T>
T unknown(T value) {
  __asm__ volatile("" : "+r"(value) : : "memory");
  return value;
}

void show(const char* what, const void* result) {
  printf("%s: %s %d\n", what, result == nullptr ? "null" : "block", errno);
  errno = 0;
}

}  // namespace

int main() {
  const std::size_t huge = unknown(static_cast<std::size_t>(PTRDIFF_MAX) + 1);
  const std::size_t zero = unknown(std::size_t{0});
  errno = 0;
  void* p = unknown(malloc(zero));
  show("malloc 0", p);
  printf("usable %zu\n", malloc_usable_size(p));
  free(p);
  p = unknown(realloc(nullptr, 5101));
  show("realloc null", p);
  void* q = unknown(realloc(p, huge));
  show("realloc huge", q);
  std::memset(p, 1, 5101);
  q = unknown(realloc(p, zero));
  show("realloc 0", q);
  q = unknown(malloc(huge));
  show("malloc huge", q);
  q = unknown(calloc(huge, 2));
  show("calloc overflow", q);
  q = unknown(reallocarray(nullptr, huge, 2));
  show("reallocarray overflow", q);
  q = unknown(memalign(unknown(std::size_t{24}), 100));
  show("memalign 24", q);
  printf("aligned %d\n", static_cast<int>(reinterpret_cast<std::uintptr_t>(q) % 32 == 0));
  free(q);
  q = nullptr;
  printf("posix_memalign 24: %d\n", posix_memalign(&q, unknown(std::size_t{24}), 100));
  show("after", q);
  q = unknown(aligned_alloc(64, 5102));
  show("aligned_alloc", q);
  free(q);
  q = unknown(valloc(5103));
  show("valloc", q);
  printf("page %d\n", static_cast<int>(reinterpret_cast<std::uintptr_t>(q) % 4096 == 0));
  free(q);
  q = unknown(pvalloc(1));
  printf("pvalloc usable %d\n", static_cast<int>(malloc_usable_size(q) >= 4096));
  free(q);
  q = unknown(::operator new(huge, std::nothrow));
  show("new nothrow", q);
  try {
    q = unknown(::operator new(huge));
    show("new", q);
  } catch (const std::bad_alloc&) {
    puts("bad_alloc");
  }
  errno = 0;
  q = unknown(::operator new (5104, std::align_val_t{256}));
  printf("aligned new %d\n", static_cast<int>(reinterpret_cast<std::uintptr_t>(q) % 256 == 0));
  ::operator delete (q, std::align_val_t{256});
  q = unknown(::operator new(5105));
  ::operator delete (q, std::size_t{5105});
  free(nullptr);
  show("free null", nullptr);
}
