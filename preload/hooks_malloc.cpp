// The hooks of malloc and its family.
#include "hook_support.h"
#include "live_counter.h"

namespace memline::capture {
namespace {

/// Before the real functions are known, the arena serves; what the program asks for then is recorded later, what we and
/// the loader ask for on our behalf is not.
void* early_block(const Site& site, std::size_t bytes, std::size_t alignment) noexcept {
  return bootstrap_arena.allocate(bytes, alignment, session.is_starting() ? 0 : site.pc);
}

std::size_t usable_bytes(const Site& site, void* block) noexcept {
  return call_real(site, [&] { return real.malloc_usable_size(block); });
}

[[gnu::noinline]] void record_foreign(const Site& site, void* block, std::size_t bytes, trace::Origin origin) noexcept {
  record_acquire_usable(site, address_of(block), bytes, usable_bytes(site, block), origin);
}

[[gnu::noinline]] void count_acquired(const Site& site, void* block) noexcept {
  live_counter.acquired(usable_bytes(site, block));
}

[[gnu::noinline]] void count_released(const Site& site, void* block) noexcept {
  live_counter.released(usable_bytes(site, block));
}

inline void acquired(const Site& site, void* block, std::size_t bytes, trace::Origin origin) noexcept {
  if (live_counter.is_on()) [[unlikely]]
    count_acquired(site, block);
  if (session.tells_usable_size) [[unlikely]] {
    record_foreign(site, block, bytes, origin);
  } else {
    record_acquire(site, address_of(block), bytes, origin);
  }
}

/// The common shape of an acquisition: `function` calls the real one, `early` serves where that is not known yet.
template <class Function, class Early>
[[gnu::always_inline]] inline void* acquire(const Site& site, std::size_t bytes, trace::Origin origin,
                                            const Function& function, const Early& early) noexcept {
  if (acquiring(site, bytes)) [[likely]] {
    void* const block = call_real(site, function);
    if (block != nullptr) acquired(site, block, bytes, origin);
    return block;
  }
  if (real.malloc == nullptr) return early();
  void* const block = function();
  if (thread_state.in_libunwind) [[unlikely]]
    session.libunwind_blocks.add(address_of(block));
  return block;
}

/// A block that was allocated for us goes as it came: unseen.
inline bool is_libunwinds(void* block) noexcept {
  return session.backtrace != nullptr && session.libunwind_blocks.take(address_of(block));
}

/// The size of a block as glibc notes it in front of each; of another allocator's nothing is known.
inline std::uint64_t noted_bytes(const void* block) noexcept {
  if (session.foreign_allocator) [[unlikely]]
    return 0;
  return static_cast<const std::size_t*>(block)[-1] & ~std::size_t{7};
}

/// Its size, as far as it is known.
inline std::uint64_t releasing_block(const Site& site, const void* block) noexcept {
  const std::uint64_t bytes = noted_bytes(block);
  if (bytes >= ResidentWatch::kLargeRelease) [[unlikely]]
    look_before_release(site, bytes);
  return bytes;
}

template <class Function>
[[gnu::always_inline]] inline void release(const Site& site, void* block, const Function& function) noexcept {
  if (bootstrap_arena.contains(block)) [[unlikely]] {
    bootstrap_arena.release(block);
    if (releasing(site)) record_release(site, address_of(block), 0);
    return;
  }
  if (releasing(site)) [[likely]] {
    if (block != nullptr && !is_libunwinds(block)) {
      record_release(site, address_of(block), releasing_block(site, block));
      if (live_counter.is_on()) [[unlikely]]
        count_released(site, block);
    }
    const RealCall mark(site);
    function();
  } else if (real.free != nullptr) {
    if (thread_state.in_libunwind) [[unlikely]]
      is_libunwinds(block);
    function();
  }
}

void copy_bytes(void* to, const void* from, std::size_t bytes) noexcept {
  __builtin_memcpy(to, from, bytes);
}

/// A block of the arena cannot be resized by the real allocator.
void* reallocate_early(const Site& site, void* block, std::size_t bytes) noexcept {
  if (real.malloc == nullptr) return bootstrap_arena.reallocate(block, bytes, session.is_starting() ? 0 : site.pc);
  if (bytes == 0) {
    release(site, block, [] {});
    return nullptr;
  }
  const bool recorded = releasing(site);
  const bool paused = state() == State::kPaused;
  void* const moved = recorded ? call_real(site, [&] { return real.malloc(bytes); }) : real.malloc(bytes);
  if (moved == nullptr) return nullptr;
  const std::size_t old_bytes = bootstrap_arena.size_of(block);
  copy_bytes(moved, block, old_bytes < bytes ? old_bytes : bytes);
  if (recorded && paused) {
    record_release(site, address_of(block), 0);
  } else if (recorded) {
    record_move_begin(site, address_of(block));
    record_move_end(site, address_of(block), address_of(moved), bytes);
  }
  bootstrap_arena.release(block);
  return moved;
}

[[gnu::always_inline]] inline void* reallocate(const Site& site, void* block, std::size_t bytes) noexcept {
  const auto function = [&] { return real.realloc(block, bytes); };
  if (block == nullptr) {
    return acquire(site, bytes, trace::Origin::kRealloc, function, [&] { return early_block(site, bytes, 16); });
  }
  if (bootstrap_arena.contains(block)) [[unlikely]]
    return reallocate_early(site, block, bytes);
  if (!releasing(site)) [[unlikely]] {
    if (real.realloc == nullptr) return nullptr;
    const bool ours = thread_state.in_libunwind && is_libunwinds(block);
    void* const moved = function();
    if (ours && moved != nullptr) session.libunwind_blocks.add(address_of(moved));
    return moved;
  }
  const bool counts = live_counter.is_on();
  const std::size_t old_bytes = counts ? usable_bytes(site, block) : 0;
  if (state() == State::kPaused) [[unlikely]] {
    void* const moved = call_real(site, function);
    if (moved != nullptr || bytes == 0) {
      record_release(site, address_of(block), 0);
      live_counter.released(old_bytes);
    }
    return moved;
  }
  if (bytes == 0) [[unlikely]] {
    // The C library frees; other allocators may give an empty block instead.
    record_release(site, address_of(block), 0);
    live_counter.released(old_bytes);
    void* const moved = call_real(site, function);
    if (moved != nullptr) acquired(site, moved, 0, trace::Origin::kRealloc);
    return moved;
  }
  if (bytes < ResidentWatch::kLargeRelease) releasing_block(site, block);
  record_move_begin(site, address_of(block));
  void* const moved = call_real(site, function);
  record_move_end(site, address_of(block), address_of(moved), bytes);
  // in one step: the old and the new block never stand together in a peak
  if (counts && moved != nullptr) [[unlikely]]
    live_counter.moved(old_bytes, usable_bytes(site, moved));
  return moved;
}

}  // namespace

MEMLINE_HOOK(void*, malloc, std::size_t bytes) {
  const Site site = MEMLINE_CALLER;
  return acquire(
      site, bytes, trace::Origin::kMalloc, [&] { return real.malloc(bytes); },
      [&] { return early_block(site, bytes, 16); });
}

MEMLINE_HOOK(void*, calloc, std::size_t count, std::size_t size) {
  const Site site = MEMLINE_CALLER;
  std::size_t bytes = 0;
  const bool overflows = __builtin_mul_overflow(count, size, &bytes);
  return acquire(
      site, bytes, trace::Origin::kCalloc, [&] { return real.calloc(count, size); },
      [&]() -> void* { return overflows ? nullptr : early_block(site, bytes, 16); });
}

MEMLINE_HOOK(void*, realloc, void* block, std::size_t bytes) {
  const Site site = MEMLINE_CALLER;
  return reallocate(site, block, bytes);
}

MEMLINE_HOOK(void*, reallocarray, void* block, std::size_t count, std::size_t size) {
  const Site site = MEMLINE_CALLER;
  std::size_t bytes = 0;
  if (__builtin_mul_overflow(count, size, &bytes)) {
    errno = ENOMEM;
    return nullptr;
  }
  return reallocate(site, block, bytes);
}

MEMLINE_HOOK(void, free, void* block) {
  const Site site = MEMLINE_CALLER;
  release(site, block, [&] { real.free(block); });
}

MEMLINE_HOOK(void, cfree, void* block) {
  const Site site = MEMLINE_CALLER;
  release(site, block, [&] { real.free(block); });
}

MEMLINE_HOOK(void, free_sized, void* block, [[maybe_unused]] std::size_t bytes) {
  const Site site = MEMLINE_CALLER;
  release(site, block, [&] { real.free(block); });
}

MEMLINE_HOOK(void, free_aligned_sized, void* block, [[maybe_unused]] std::size_t alignment,
             [[maybe_unused]] std::size_t bytes) {
  const Site site = MEMLINE_CALLER;
  release(site, block, [&] { real.free(block); });
}

MEMLINE_HOOK(void*, memalign, std::size_t alignment, std::size_t bytes) {
  const Site site = MEMLINE_CALLER;
  return acquire(
      site, bytes, trace::Origin::kAligned, [&] { return real.memalign(alignment, bytes); },
      [&] { return early_block(site, bytes, alignment); });
}

MEMLINE_HOOK(void*, aligned_alloc, std::size_t alignment, std::size_t bytes) {
  const Site site = MEMLINE_CALLER;
  return acquire(
      site, bytes, trace::Origin::kAligned, [&] { return real.aligned_alloc(alignment, bytes); },
      [&] { return early_block(site, bytes, alignment); });
}

MEMLINE_HOOK(int, posix_memalign, void** out, std::size_t alignment, std::size_t bytes) {
  const Site site = MEMLINE_CALLER;
  if (acquiring(site, bytes)) [[likely]] {
    const int result = call_real(site, [&] { return real.posix_memalign(out, alignment, bytes); });
    if (result == 0) acquired(site, *out, bytes, trace::Origin::kAligned);
    return result;
  }
  if (real.posix_memalign != nullptr) return real.posix_memalign(out, alignment, bytes);
  if (alignment % sizeof(void*) != 0 || (alignment & (alignment - 1)) != 0 || alignment == 0) return EINVAL;
  void* const block = early_block(site, bytes, alignment);
  if (block == nullptr) return ENOMEM;
  *out = block;
  return 0;
}

MEMLINE_HOOK(void*, valloc, std::size_t bytes) {
  const Site site = MEMLINE_CALLER;
  return acquire(
      site, bytes, trace::Origin::kAligned, [&] { return real.valloc(bytes); },
      [&] { return early_block(site, bytes, 4096); });
}

MEMLINE_HOOK(void*, pvalloc, std::size_t bytes) {
  const Site site = MEMLINE_CALLER;
  return acquire(
      site, bytes, trace::Origin::kAligned, [&] { return real.pvalloc(bytes); },
      [&] { return early_block(site, (bytes + 4095) & ~std::size_t{4095}, 4096); });
}

MEMLINE_HOOK(std::size_t, malloc_usable_size, void* block) {
  if (bootstrap_arena.contains(block)) return bootstrap_arena.size_of(block);
  if (real.malloc_usable_size == nullptr) session.ensure_started();
  return real.malloc_usable_size == nullptr ? 0 : real.malloc_usable_size(block);
}

}  // namespace memline::capture
