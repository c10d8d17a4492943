/// \file BootstrapArena: the blocks that are handed out before the real malloc is known.
///
/// Serves IFUNC resolvers, which run while the loader is still relocating, and the loader's own calls while we look up
/// the real functions. No function of another library, no thread-local and no relocated address is used. Memory is
/// never given back. Blocks that the program asked for are listed, so that they can be recorded once that is possible.
///
/// One thread only: nothing of this happens after the first thread has been created.
#pragma once

#include <cstddef>
#include <cstdint>

namespace memline::capture {

/// A block that waits to be recorded.
struct EarlyBlock {
  std::uint64_t address;
  std::uint64_t size_bytes;
  std::uint64_t caller;  ///< return address of the call
  bool released;
};

class BootstrapArena {
 public:
  static constexpr std::size_t kBytes = std::size_t{1} << 20;
  static constexpr std::size_t kMaxListed = 4096;

  bool contains(const void* block) const noexcept {
    return reinterpret_cast<std::uintptr_t>(block) - reinterpret_cast<std::uintptr_t>(memory_) < kBytes;
  }

  /// Zeroed memory, or nullptr when the arena is used up. `alignment` is a power of two. `caller` 0: a call of our own.
  void* allocate(std::size_t bytes, std::size_t alignment, std::uint64_t caller) noexcept;
  void* reallocate(void* block, std::size_t bytes, std::uint64_t caller) noexcept;
  /// The block is no longer used by the program; only the list notices.
  void release(void* block) noexcept;
  /// Bytes asked for.
  std::size_t size_of(const void* block) const noexcept;

  const EarlyBlock* listed() const noexcept { return listed_; }
  std::size_t listed_count() const noexcept { return listed_count_; }
  void forget_list() noexcept { listed_count_ = 0; }

 private:
  alignas(16) std::byte memory_[kBytes] = {};
  std::size_t used_ = 0;
  EarlyBlock listed_[kMaxListed] = {};
  std::size_t listed_count_ = 0;
};

/// All zeros from the start, hence usable before anything has run.
extern constinit BootstrapArena bootstrap_arena;

}  // namespace memline::capture
