#include "commands/run/seal_blocks.h"

#include <unistd.h>

#include <cstddef>
#include <vector>

#include "commands/run/outside_trace.h"
#include "memline/trace_block.h"

namespace memline::commands {
namespace {

bool read_exactly(int fd, void* data, std::size_t size, std::uint64_t offset) {
  return ::pread(fd, data, size, static_cast<off_t>(offset)) == static_cast<ssize_t>(size);
}

}  // namespace

void seal_open_blocks(int fd, std::uint32_t blocks) {
  std::vector<std::byte> payload(trace::kPayloadBytes);
  for (std::uint32_t index = 0; index < blocks; ++index) {
    trace::BlockHeader header;
    if (!read_exactly(fd, &header, sizeof header, block_start(index))) return;
    const bool open = header.magic == trace::kBlockMagic &&
                      header.state == static_cast<std::uint32_t>(trace::BlockState::kOpen) &&
                      header.payload_bytes <= payload.size();
    if (!open || !read_exactly(fd, payload.data(), header.payload_bytes, block_start(index) + sizeof header)) continue;
    header.state = static_cast<std::uint32_t>(trace::BlockState::kSealed);
    header.crc32c = trace::block_checksum(header, payload.data());
    if (::pwrite(fd, &header, sizeof header, static_cast<off_t>(block_start(index))) != sizeof header) return;
  }
}

}  // namespace memline::commands
