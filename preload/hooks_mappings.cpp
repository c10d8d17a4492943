// The hooks of the program's own mappings, and of its break.
#include <sys/mman.h>

#include "hook_support.h"
#include "sys.h"

extern "C" void* __sbrk(std::intptr_t bytes) noexcept;  // NOLINT(bugprone-reserved-identifier)

namespace memline::capture {
namespace {

[[gnu::always_inline]] inline void* map(const Site& site, void* at, std::size_t bytes, int protection, int flags,
                                        int fd, off_t offset) noexcept {
  if (real.mmap == nullptr) {
    return reinterpret_cast<void*>(
        as_libc(sys::call(SYS_mmap, sys::as_long(at), static_cast<long>(bytes), protection, flags, fd, offset)));
  }
  const bool recorded = acquiring_if_started(site, bytes);
  // A pause stops acquisitions only: what the mapping replaces is gone.
  const bool replaces = !recorded && (flags & (MAP_FIXED | MAP_FIXED_NOREPLACE)) == MAP_FIXED &&
                        releasing_if_started(site) && state() == State::kPaused;
  if (replaces) [[unlikely]]
    record_unmap(site, address_of(at), bytes);
  void* const memory = real.mmap(at, bytes, protection, flags, fd, offset);
  if (replaces && memory == MAP_FAILED) record_unmap_failed(site, address_of(at), bytes);
  if (recorded && memory != MAP_FAILED) record_map(site, address_of(memory), bytes, protection, flags);
  return memory;
}

/// A call that is recorded after it has succeeded.
template <class Function, class Record>
[[gnu::always_inline]] inline int after_success(bool recorded, const Function& function,
                                                const Record& record) noexcept {
  const int result = function();
  if (recorded && result == 0) record();
  return result;
}

}  // namespace

MEMLINE_HOOK(void*, mmap, void* at, std::size_t bytes, int protection, int flags, int fd, off_t offset) {
  const Site site = MEMLINE_CALLER;
  return map(site, at, bytes, protection, flags, fd, offset);
}

MEMLINE_HOOK(void*, mmap64, void* at, std::size_t bytes, int protection, int flags, int fd, off_t offset) {
  const Site site = MEMLINE_CALLER;
  return map(site, at, bytes, protection, flags, fd, offset);
}

MEMLINE_HOOK(int, munmap, void* memory, std::size_t bytes) {
  const Site site = MEMLINE_CALLER;
  if (real.munmap == nullptr) {
    return static_cast<int>(as_libc(sys::call(SYS_munmap, sys::as_long(memory), static_cast<long>(bytes))));
  }
  const bool recorded = releasing_if_started(site);
  if (recorded) record_unmap(site, address_of(memory), bytes);
  const int result = real.munmap(memory, bytes);
  if (recorded && result != 0) record_unmap_failed(site, address_of(memory), bytes);
  return result;
}

MEMLINE_HOOK(void*, mremap, void* memory, std::size_t old_bytes, std::size_t bytes, int flags, void* at) {
  const Site site = MEMLINE_CALLER;
  if (real.mremap == nullptr) {
    return reinterpret_cast<void*>(as_libc(sys::call(SYS_mremap, sys::as_long(memory), static_cast<long>(old_bytes),
                                                     static_cast<long>(bytes), flags, sys::as_long(at))));
  }
  if (!releasing_if_started(site)) return real.mremap(memory, old_bytes, bytes, flags, at);
  const bool paused = state() == State::kPaused;
  if (!paused) record_remap_begin(site, address_of(memory), old_bytes);
  void* const moved = real.mremap(memory, old_bytes, bytes, flags, at);
  const bool failed = moved == MAP_FAILED;
  if (!paused) {
    record_remap_end(site, address_of(memory), old_bytes, failed ? 0 : address_of(moved), bytes, flags);
  } else if (!failed && old_bytes != 0) {
    record_unmap(site, address_of(memory), old_bytes);
  }
  return moved;
}

MEMLINE_HOOK(int, mprotect, void* memory, std::size_t bytes, int protection) {
  const Site site = MEMLINE_CALLER;
  if (real.mprotect == nullptr) {
    return static_cast<int>(
        as_libc(sys::call(SYS_mprotect, sys::as_long(memory), static_cast<long>(bytes), protection)));
  }
  return after_success(
      acquiring_if_started(site, 0), [&] { return real.mprotect(memory, bytes, protection); },
      [&] { record_protect(site, address_of(memory), bytes, protection); });
}

MEMLINE_HOOK(int, pkey_mprotect, void* memory, std::size_t bytes, int protection, int key) {
  const Site site = MEMLINE_CALLER;
  if (real.pkey_mprotect == nullptr)
    return static_cast<int>(
        as_libc(sys::call(SYS_pkey_mprotect, sys::as_long(memory), static_cast<long>(bytes), protection, key)));
  return after_success(
      acquiring_if_started(site, 0), [&] { return real.pkey_mprotect(memory, bytes, protection, key); },
      [&] { record_protect(site, address_of(memory), bytes, protection); });
}

MEMLINE_HOOK(int, madvise, void* memory, std::size_t bytes, int advice) {
  const Site site = MEMLINE_CALLER;
  if (real.madvise == nullptr) {
    return static_cast<int>(as_libc(sys::call(SYS_madvise, sys::as_long(memory), static_cast<long>(bytes), advice)));
  }
  return after_success(
      releasing_if_started(site), [&] { return real.madvise(memory, bytes, advice); },
      [&] { record_advise(site, address_of(memory), bytes, advice); });
}

MEMLINE_HOOK(int, mlock, const void* memory, std::size_t bytes) {
  const Site site = MEMLINE_CALLER;
  if (real.mlock == nullptr)
    return static_cast<int>(as_libc(sys::call(SYS_mlock, sys::as_long(memory), static_cast<long>(bytes))));
  return after_success(
      releasing_if_started(site), [&] { return real.mlock(memory, bytes); },
      [&] { record_lock(site, address_of(memory), bytes, trace::LockKind::kLock); });
}

MEMLINE_HOOK(int, mlock2, const void* memory, std::size_t bytes, unsigned flags) {
  const Site site = MEMLINE_CALLER;
  if (real.mlock2 == nullptr)
    return static_cast<int>(
        as_libc(sys::call(SYS_mlock2, sys::as_long(memory), static_cast<long>(bytes), static_cast<long>(flags))));
  return after_success(
      releasing_if_started(site), [&] { return real.mlock2(memory, bytes, flags); },
      [&] { record_lock(site, address_of(memory), bytes, trace::LockKind::kLock); });
}

MEMLINE_HOOK(int, munlock, const void* memory, std::size_t bytes) {
  const Site site = MEMLINE_CALLER;
  if (real.munlock == nullptr)
    return static_cast<int>(as_libc(sys::call(SYS_munlock, sys::as_long(memory), static_cast<long>(bytes))));
  return after_success(
      releasing_if_started(site), [&] { return real.munlock(memory, bytes); },
      [&] { record_lock(site, address_of(memory), bytes, trace::LockKind::kUnlock); });
}

MEMLINE_HOOK(int, mlockall, int flags) {
  const Site site = MEMLINE_CALLER;
  if (real.mlockall == nullptr) return static_cast<int>(as_libc(sys::call(SYS_mlockall, flags)));
  return after_success(
      releasing_if_started(site), [&] { return real.mlockall(flags); },
      [&] { record_lock(site, 0, 0, trace::LockKind::kLockAll); });
}

MEMLINE_HOOK(int, munlockall) {
  const Site site = MEMLINE_CALLER;
  if (real.munlockall == nullptr) return static_cast<int>(as_libc(sys::call(SYS_munlockall)));
  return after_success(
      releasing_if_started(site), [&] { return real.munlockall(); },
      [&] { record_lock(site, 0, 0, trace::LockKind::kUnlockAll); });
}

MEMLINE_HOOK(void*, sbrk, std::intptr_t bytes) {
  const Site site = MEMLINE_CALLER;
  const bool recorded = bytes > 0 ? acquiring_if_started(site, static_cast<std::uint64_t>(bytes))
                                  : bytes < 0 && releasing_if_started(site);
  // __sbrk is the C library's own name for it: a system call of ours would leave the library's idea of the break behind.
  void* const old_break = real.sbrk != nullptr ? real.sbrk(bytes) : __sbrk(bytes);
  if (recorded && address_of(old_break) != UINT64_MAX) {
    record_break(site, address_of(old_break), address_of(old_break) + static_cast<std::uint64_t>(bytes));
  }
  return old_break;
}

MEMLINE_HOOK(int, brk, void* end) {
  const Site site = MEMLINE_CALLER;
  if (real.brk == nullptr) {
    const auto now = reinterpret_cast<std::intptr_t>(__sbrk(0));
    return __sbrk(reinterpret_cast<std::intptr_t>(end) - now) == reinterpret_cast<void*>(-1) ? -1 : 0;
  }
  if (!releasing_if_started(site)) return real.brk(end);
  const std::uint64_t old_break = address_of(real.sbrk(0));
  const int result = real.brk(end);
  const bool grows = address_of(end) > old_break;
  if (result == 0 && address_of(end) != old_break && !(grows && state() == State::kPaused)) {
    record_break(site, old_break, address_of(end));
  }
  return result;
}

}  // namespace memline::capture
