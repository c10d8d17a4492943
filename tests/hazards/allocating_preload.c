/* Another preload, whose own hooks on open, write, mmap and sigprocmask allocate: whoever used these names inside a hook would come back here. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/mman.h>

#include "hazard.h"

static __thread int inside;

static void allocate(void) {
  if (inside++ == 0) churn(1, 333);
  --inside;
}

int open(const char* path, int flags, ...) {
  static int (*next)(const char*, int, ...);
  va_list rest;
  va_start(rest, flags);
  int mode = va_arg(rest, int);
  va_end(rest);
  if (next == NULL) next = (int (*)(const char*, int, ...))dlsym(RTLD_NEXT, "open");
  allocate();
  return next(path, flags, mode);
}
ssize_t write(int fd, const void* bytes, size_t size) {
  static ssize_t (*next)(int, const void*, size_t);
  if (next == NULL) next = (ssize_t(*)(int, const void*, size_t))dlsym(RTLD_NEXT, "write");
  allocate();
  return next(fd, bytes, size);
}
void* mmap(void* at, size_t size, int protection, int flags, int fd, off_t offset) {
  static void* (*next)(void*, size_t, int, int, int, off_t);
  if (next == NULL) next = (void* (*)(void*, size_t, int, int, int, off_t))dlsym(RTLD_NEXT, "mmap");
  allocate();
  return next(at, size, protection, flags, fd, offset);
}
int sigprocmask(int how, const sigset_t* set, sigset_t* old) {
  static int (*next)(int, const sigset_t*, sigset_t*);
  if (next == NULL) next = (int (*)(int, const sigset_t*, sigset_t*))dlsym(RTLD_NEXT, "sigprocmask");
  allocate();
  return next(how, set, old);
}
