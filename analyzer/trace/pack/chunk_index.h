/// \file Where the chunks of a packed trace are: from its index, or, where that is missing or damaged, by looking.
#pragma once

#include <cstdint>
#include <vector>

#include "trace/byte_source.h"
#include "trace/damage.h"
#include "trace/pack/chunk.h"

namespace memline::trace::pack {

struct ChunkPlace {
  std::uint64_t offset = 0;  ///< of the chunk in the packed file
  ChunkHead head;
};

/// `begin`: where the first chunk is. What was in the way goes to `damage`. Nothing is trusted: every chunk lies within
/// the file, and what is returned is not larger than a few times the file.
std::vector<ChunkPlace> find_chunks(const ByteSource& file, std::uint64_t begin, Damage& damage);

}  // namespace memline::trace::pack
