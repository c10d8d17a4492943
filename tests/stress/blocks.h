/// \file The blocks that the stress guest works with: made, resized and released by tagged functions, each in a journal.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "ledger.h"
#include "tagged.h"

namespace stress {

inline constexpr std::size_t kPage = 4096;

/// At the beginning of every block.
struct Block {
  std::uint64_t bytes;
  std::uint32_t owner;
  std::uint32_t check;
};

struct Random {
  std::uint64_t state;
  std::uint64_t next() {
    state += 0x9e3779b97f4a7c15U;
    std::uint64_t z = state;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
  }
  std::uint64_t below(std::uint64_t bound) { return next() % bound; }
  bool one_in(std::uint64_t count) { return below(count) == 0; }
};

[[noreturn]] inline void give_up(const char* what) {
  std::fprintf(stderr, "stress_guest: %s\n", what);
  std::_Exit(99);
}

inline Block* made(void* memory, std::uint64_t bytes, Function owner) {
  if (memory == nullptr) give_up("out of memory");
  auto* block = static_cast<Block*>(memory);
  *block = {bytes, owner, 0xb10cU};
  return block;
}

inline Block* acquire(Journal& journal, Random& random) {
  std::uint64_t bytes = 16 + random.below(random.one_in(50) ? 200'000 : 500);
  switch (random.below(8)) {
    case 0:
      return made(journal.around({kCalloc, 0, bytes, 0}, [&] { return stress_calloc(bytes); }), bytes, kCalloc);
    case 1:
      bytes = (bytes + 63) / 64 * 64;
      return made(journal.around({kAligned, 0, bytes, 0}, [&] { return stress_aligned(bytes); }), bytes, kAligned);
    case 2:
      return made(journal.around({kMemalign, 0, bytes, 0}, [&] { return stress_memalign(bytes); }), bytes, kMemalign);
    case 3:
      return made(journal.around({kNew, 0, bytes, 0}, [&] { return stress_new(bytes); }), bytes, kNew);
    case 4:
      bytes = kPage * (1 + random.below(8));
      return made(journal.around({kMap, 0, bytes, 0}, [&] { return stress_map(bytes); }), bytes, kMap);
    default:
      return made(journal.around({kMalloc, 0, bytes, 0}, [&] { return stress_malloc(bytes); }), bytes, kMalloc);
  }
}

inline void release(Journal& journal, Block* block) {
  if (block->check != 0xb10cU) give_up("a block was overwritten");
  const auto owner = block->owner;
  const std::uint64_t bytes = block->bytes;
  if (owner == kMap) {
    journal.around({kUnmap, owner, 0, bytes}, [&] { return stress_unmap(block, bytes), 0; });
  } else if (owner == kNew) {
    journal.around({kDelete, owner, 0, bytes}, [&] { return stress_delete(block), 0; });
  } else {
    journal.around({kFree, owner, 0, bytes}, [&] { return stress_free(block), 0; });
  }
}

inline Block* resize(Journal& journal, Random& random, Block* block) {
  if (block->owner == kMap || block->owner == kNew) return block;
  const std::uint64_t bytes = 16 + random.below(3000);
  const Entry entry{kRealloc, block->owner, bytes, block->bytes};
  return made(journal.around(entry, [&] { return stress_realloc(block, bytes); }), bytes, kRealloc);
}

}  // namespace stress
