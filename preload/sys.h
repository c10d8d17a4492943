/// \file System calls as the kernel takes them: no errno, no cancellation point, no symbol that another library of the
/// process could have taken over. Results are the kernel's own: -E... on failure.
#pragma once

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/vfs.h>
#include <time.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>

namespace memline::capture::sys {

#if defined(__x86_64__)
inline long call(long number, long a = 0, long b = 0, long c = 0, long d = 0, long e = 0, long f = 0) noexcept {
  long result = number;
  register long r10 __asm__("r10") = d;
  register long r8 __asm__("r8") = e;
  register long r9 __asm__("r9") = f;
  __asm__ volatile("syscall"
                   : "+a"(result)
                   : "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                   : "rcx", "r11", "memory");
  return result;
}
#elif defined(__aarch64__)
inline long call(long number, long a = 0, long b = 0, long c = 0, long d = 0, long e = 0, long f = 0) noexcept {
  register long x8 __asm__("x8") = number;
  register long x0 __asm__("x0") = a;
  register long x1 __asm__("x1") = b;
  register long x2 __asm__("x2") = c;
  register long x3 __asm__("x3") = d;
  register long x4 __asm__("x4") = e;
  register long x5 __asm__("x5") = f;
  __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
  return x0;
}
#else
#error "system calls are not known for this CPU"
#endif

inline long as_long(const volatile void* pointer) noexcept {
  return reinterpret_cast<long>(pointer);
}
inline bool failed(long result) noexcept {
  return result < 0 && result >= -4095;
}

inline int open(const char* path, int flags, unsigned mode = 0) noexcept {
  return static_cast<int>(call(SYS_openat, AT_FDCWD, as_long(path), flags, static_cast<long>(mode)));
}
inline void close(int fd) noexcept {
  call(SYS_close, fd);
}
inline long read(int fd, void* data, std::size_t bytes) noexcept {
  return call(SYS_read, fd, as_long(data), static_cast<long>(bytes));
}
inline long pread(int fd, void* data, std::size_t bytes, std::uint64_t offset) noexcept {
  return call(SYS_pread64, fd, as_long(data), static_cast<long>(bytes), static_cast<long>(offset));
}
inline long pwrite(int fd, const void* data, std::size_t bytes, std::uint64_t offset) noexcept {
  return call(SYS_pwrite64, fd, as_long(data), static_cast<long>(bytes), static_cast<long>(offset));
}
inline long pwritev(int fd, const struct iovec* parts, std::size_t count, std::uint64_t offset) noexcept {
  return call(SYS_pwritev, fd, as_long(parts), static_cast<long>(count), static_cast<long>(offset));
}
inline long fstat(int fd, struct stat& out) noexcept {
  return call(SYS_fstat, fd, as_long(&out));
}
inline long lstat(const char* path, struct stat& out) noexcept {
  return call(SYS_newfstatat, AT_FDCWD, as_long(path), as_long(&out), AT_SYMLINK_NOFOLLOW);
}
inline long fstatfs(int fd, struct statfs& out) noexcept {
  return call(SYS_fstatfs, fd, as_long(&out));
}
inline long ftruncate(int fd, std::uint64_t bytes) noexcept {
  return call(SYS_ftruncate, fd, static_cast<long>(bytes));
}
inline long fallocate(int fd, std::uint64_t offset, std::uint64_t bytes) noexcept {
  return call(SYS_fallocate, fd, 0, static_cast<long>(offset), static_cast<long>(bytes));
}
/// Pages of a file that are not on the disk yet are given to it; does not wait until they are there.
inline void begin_write_back(int fd, std::uint64_t offset, std::uint64_t bytes) noexcept {
  constexpr long kWrite = 2;  // SYNC_FILE_RANGE_WRITE
  call(SYS_sync_file_range, fd, static_cast<long>(offset), static_cast<long>(bytes), kWrite);
}
/// Waits until those of them that it was given are there.
inline void await_write_back(int fd, std::uint64_t offset, std::uint64_t bytes) noexcept {
  constexpr long kWaitBefore = 1;  // SYNC_FILE_RANGE_WAIT_BEFORE
  call(SYS_sync_file_range, fd, static_cast<long>(offset), static_cast<long>(bytes), kWaitBefore);
}
/// Pages of a file that are on the disk need not stay in memory.
inline void drop_written(int fd, std::uint64_t offset, std::uint64_t bytes) noexcept {
  call(SYS_fadvise64, fd, static_cast<long>(offset), static_cast<long>(bytes), POSIX_FADV_DONTNEED);
}
inline long readlink(const char* path, char* out, std::size_t bytes) noexcept {
  return call(SYS_readlinkat, AT_FDCWD, as_long(path), as_long(out), static_cast<long>(bytes));
}
inline long unlink(const char* path) noexcept {
  return call(SYS_unlinkat, AT_FDCWD, as_long(path), 0);
}
/// `flags`: RENAME_NOREPLACE (1) or 0.
inline long rename(const char* from, const char* to, unsigned flags) noexcept {
  return call(SYS_renameat2, AT_FDCWD, as_long(from), AT_FDCWD, as_long(to), static_cast<long>(flags));
}

/// Memory, at `at` where that is free; or nullptr.
inline void* map(void* at, std::size_t bytes, int protection, int flags, int fd = -1,
                 std::uint64_t offset = 0) noexcept {
  const long result =
      call(SYS_mmap, as_long(at), static_cast<long>(bytes), protection, flags, fd, static_cast<long>(offset));
  return failed(result) ? nullptr : reinterpret_cast<void*>(result);
}
/// Zeroed private memory that occupies RAM only where it is touched.
inline void* map_private(std::size_t bytes, void* at = nullptr) noexcept {
  return map(at, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE);
}
inline void unmap(void* memory, std::size_t bytes) noexcept {
  call(SYS_munmap, as_long(memory), static_cast<long>(bytes));
}
inline long madvise(void* memory, std::size_t bytes, int advice) noexcept {
  return call(SYS_madvise, as_long(memory), static_cast<long>(bytes), advice);
}

inline std::uint32_t getpid() noexcept {
  return static_cast<std::uint32_t>(call(SYS_getpid));
}
inline std::uint32_t getppid() noexcept {
  return static_cast<std::uint32_t>(call(SYS_getppid));
}
inline std::uint32_t gettid() noexcept {
  return static_cast<std::uint32_t>(call(SYS_gettid));
}
inline void yield() noexcept {
  call(SYS_sched_yield);
}
/// Shorter where a signal comes. `ns` is less than a second.
inline void sleep_ns(std::uint64_t ns) noexcept {
  const struct timespec nap = {0, static_cast<long>(ns)};
  call(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, as_long(&nap), 0);
}

/// Soft limit of RLIMIT_...; UINT64_MAX when there is none or it cannot be read.
inline std::uint64_t soft_limit(int resource) noexcept {
  struct rlimit limit;
  if (call(SYS_prlimit64, 0, resource, 0, as_long(&limit)) != 0 || limit.rlim_cur == RLIM_INFINITY) return UINT64_MAX;
  return limit.rlim_cur;
}

inline std::uint64_t clock_ns(int clock) noexcept {
  struct timespec now = {};
  call(SYS_clock_gettime, clock, as_long(&now));
  return static_cast<std::uint64_t>(now.tv_sec) * 1000000000U + static_cast<std::uint64_t>(now.tv_nsec);
}
inline std::uint64_t monotonic_ns() noexcept {
  return clock_ns(CLOCK_MONOTONIC);
}
inline std::uint64_t realtime_ns() noexcept {
  return clock_ns(CLOCK_REALTIME);
}

/// Whether eight bytes at `address` can be read: the kernel looks at a signal set before it refuses the operation.
inline bool is_readable(std::uint64_t address) noexcept {
  return call(SYS_rt_sigprocmask, -1, static_cast<long>(address), 0, 8) != -EFAULT;
}

}  // namespace memline::capture::sys
