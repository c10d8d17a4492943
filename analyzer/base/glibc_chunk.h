/// \file glibc_chunk_bytes(): what malloc takes from its arena for a request.
#pragma once

#include <algorithm>
#include <cstdint>

namespace memline {

/// On 64-bit machines (request2size in the malloc.c of glibc): a chunk is a multiple of 16 bytes of which 8 are its
/// own, and at least 32. Requests that no address space could hold come back as they are.
constexpr std::uint64_t glibc_chunk_bytes(std::uint64_t requested_bytes) {
  constexpr std::uint64_t kHeader = 8, kUnit = 16, kLeast = 32;
  if (requested_bytes > ~std::uint64_t{0} - 2 * kUnit) return requested_bytes;
  return (std::max(requested_bytes + kHeader, kLeast) + kUnit - 1) / kUnit * kUnit;
}

}  // namespace memline
