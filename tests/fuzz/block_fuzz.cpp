// Any bytes as a block: a block that passes the check lies within its bytes, and a sealed one has the right checksum.
#include <cstdint>
#include <cstdlib>
#include <span>

#include "memline/trace_block.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace memline::trace;  // NOLINT(google-build-using-namespace): nothing but it is used here
  const std::span<const std::byte> bytes(reinterpret_cast<const std::byte*>(data), size);
  BlockHeader header{};
  if (check_block(bytes, header) != BlockFault::kNone) return 0;
  if (header.payload_bytes > kPayloadBytes || sizeof header + header.payload_bytes > size) std::abort();
  const std::uint32_t crc = block_checksum(header, bytes.data() + sizeof header);
  if (header.state == static_cast<std::uint32_t>(BlockState::kSealed) && crc != header.crc32c) std::abort();
  return 0;
}
