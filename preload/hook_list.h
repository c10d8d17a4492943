/// \file The functions that libmemline.so takes over, stated once. From these lists come the table of the real functions
/// (real.h) and the exports of the library (the version script); a test compares the built library with them.
///
/// C++'s operator new and delete are not here: they are seen through the malloc calls they make, and a plugin that
/// bound to ours might have no next one to forward to. Neither is dlopen: the caller's RUNPATH would be lost.
/// HOOK(return type, name, (parameters)). Variadic functions appear with the parameters that the kernel or libc reads.
#pragma once

/// Served by free. They have no real function: looking up a name that the C library lacks leaves a message to be freed,
/// and the free of a preload in front of us that looks up its own next one then calls itself for ever.
#define MEMLINE_FREE_HOOK_LIST(HOOK)           \
  HOOK(void, cfree, (void*))                   \
  HOOK(void, free_sized, (void*, std::size_t)) \
  HOOK(void, free_aligned_sized, (void*, std::size_t, std::size_t))

/// Those that forward to a function of the same name, which every C library has that we run with.
#define MEMLINE_REAL_HOOK_LIST(HOOK)                                                                                   \
  HOOK(void*, malloc, (std::size_t))                                                                                   \
  HOOK(void*, calloc, (std::size_t, std::size_t))                                                                      \
  HOOK(void*, realloc, (void*, std::size_t))                                                                           \
  HOOK(void*, reallocarray, (void*, std::size_t, std::size_t))                                                         \
  HOOK(void, free, (void*))                                                                                            \
  HOOK(void*, memalign, (std::size_t, std::size_t))                                                                    \
  HOOK(void*, aligned_alloc, (std::size_t, std::size_t))                                                               \
  HOOK(int, posix_memalign, (void**, std::size_t, std::size_t))                                                        \
  HOOK(void*, valloc, (std::size_t))                                                                                   \
  HOOK(void*, pvalloc, (std::size_t))                                                                                  \
  HOOK(std::size_t, malloc_usable_size, (void*))                                                                       \
  HOOK(void*, mmap, (void*, std::size_t, int, int, int, off_t))                                                        \
  HOOK(void*, mmap64, (void*, std::size_t, int, int, int, off_t))                                                      \
  HOOK(int, munmap, (void*, std::size_t))                                                                              \
  HOOK(void*, mremap, (void*, std::size_t, std::size_t, int, void*))                                                   \
  HOOK(int, mprotect, (void*, std::size_t, int))                                                                       \
  HOOK(int, pkey_mprotect, (void*, std::size_t, int, int))                                                             \
  HOOK(int, madvise, (void*, std::size_t, int))                                                                        \
  HOOK(int, mlock, (const void*, std::size_t))                                                                         \
  HOOK(int, mlock2, (const void*, std::size_t, unsigned))                                                              \
  HOOK(int, munlock, (const void*, std::size_t))                                                                       \
  HOOK(int, mlockall, (int))                                                                                           \
  HOOK(int, munlockall, ())                                                                                            \
  HOOK(void*, sbrk, (std::intptr_t))                                                                                   \
  HOOK(int, brk, (void*))                                                                                              \
  HOOK(int, dlclose, (void*))                                                                                          \
  HOOK(int, execve, (const char*, char* const*, char* const*))                                                         \
  HOOK(int, execv, (const char*, char* const*))                                                                        \
  HOOK(int, execvp, (const char*, char* const*))                                                                       \
  HOOK(int, execvpe, (const char*, char* const*, char* const*))                                                        \
  HOOK(int, execl, (const char*, const char*, ...))                                                                    \
  HOOK(int, execlp, (const char*, const char*, ...))                                                                   \
  HOOK(int, execle, (const char*, const char*, ...))                                                                   \
  HOOK(int, fexecve, (int, char* const*, char* const*))                                                                \
  HOOK(int, execveat, (int, const char*, char* const*, char* const*, int))                                             \
  HOOK(int, posix_spawn,                                                                                               \
       (pid_t*, const char*, const posix_spawn_file_actions_t*, const posix_spawnattr_t*, char* const*, char* const*)) \
  HOOK(int, posix_spawnp,                                                                                              \
       (pid_t*, const char*, const posix_spawn_file_actions_t*, const posix_spawnattr_t*, char* const*, char* const*)) \
  HOOK(void, _exit, (int))                                                                                             \
  HOOK(void, _Exit, (int))                                                                                             \
  HOOK(void, quick_exit, (int))                                                                                        \
  HOOK(int, prctl, (int, unsigned long, unsigned long, unsigned long, unsigned long))                                  \
  HOOK(long, syscall, (long, long, long, long, long, long, long))
