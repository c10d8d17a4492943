#include "bootstrap_arena.h"

namespace memline::capture {

// Hidden and addressed relative to the code: no relocation is needed to reach it.
constinit BootstrapArena bootstrap_arena{};

namespace {

constexpr std::size_t kHeader = 16;  // the size stands right before the block

std::size_t& size_before(void* block) noexcept {
  return *reinterpret_cast<std::size_t*>(static_cast<std::byte*>(block) - kHeader);
}

// Volatile, lest the compiler makes a call to memcpy of it: that symbol may not be bound yet.
void copy(void* to, const void* from, std::size_t bytes) noexcept {
  auto* target = static_cast<volatile char*>(to);
  const auto* source = static_cast<const volatile char*>(from);
  for (std::size_t i = 0; i < bytes; ++i) target[i] = source[i];
}

}  // namespace

void* BootstrapArena::allocate(std::size_t bytes, std::size_t alignment, std::uint64_t caller) noexcept {
  if (alignment < 16) alignment = 16;
  if (bytes > kBytes || alignment > kBytes) return nullptr;
  const auto base = reinterpret_cast<std::uintptr_t>(memory_);
  const std::size_t start = ((base + used_ + kHeader + alignment - 1) & ~(alignment - 1)) - base;
  if (start > kBytes || kBytes - start < bytes) return nullptr;
  void* block = memory_ + start;
  used_ = start + bytes;
  size_before(block) = bytes;
  if (caller != 0 && listed_count_ < kMaxListed) {
    EarlyBlock& entry = listed_[listed_count_++];
    entry.address = reinterpret_cast<std::uint64_t>(block);
    entry.size_bytes = bytes;
    entry.caller = caller;
    entry.released = false;
  }
  return block;
}

void* BootstrapArena::reallocate(void* block, std::size_t bytes, std::uint64_t caller) noexcept {
  if (block == nullptr) return allocate(bytes, 16, caller);
  void* moved = allocate(bytes, 16, caller);
  if (moved == nullptr) return nullptr;
  const std::size_t old_bytes = size_before(block);
  copy(moved, block, old_bytes < bytes ? old_bytes : bytes);
  release(block);
  return moved;
}

void BootstrapArena::release(void* block) noexcept {
  for (std::size_t i = listed_count_; i > 0; --i) {
    if (listed_[i - 1].address == reinterpret_cast<std::uint64_t>(block)) {
      listed_[i - 1].released = true;
      return;
    }
  }
}

std::size_t BootstrapArena::size_of(const void* block) const noexcept {
  return *reinterpret_cast<const std::size_t*>(static_cast<const std::byte*>(block) - kHeader);
}

}  // namespace memline::capture
