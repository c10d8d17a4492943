/// \file A chunk of a packed trace in memory: its blocks, and its bytes in the file (format.h).
///
/// ChunkPacker makes the bytes and proves them by unpacking; unpack_chunk() trusts nothing: what a chunk says bounds
/// neither memory nor time, its checksum is tested first, and a zstd frame that holds more than it should is refused.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "memline/trace_block.h"
#include "trace/pack/columns.h"
#include "trace/pack/format.h"

struct ZSTD_CCtx_s;

namespace memline::trace::pack {

/// One block as a directory lists it.
struct ChunkBlock {
  std::uint32_t number = 0;  ///< position in the raw file
  BlockForm form = BlockForm::kWhole;
  std::uint32_t payload_bytes = 0;  ///< of a kWhole block: all bytes that the raw file has of it
  std::uint32_t sequence = 0;
  std::uint32_t crc32c = 0;
  std::uint64_t base_ticks = 0;

  friend bool operator==(const ChunkBlock&, const ChunkBlock&) = default;
};

/// The header that such a block had; `block` is not kWhole.
BlockHeader block_header(const ChunkBlock& block, std::uint32_t image, std::uint32_t lane);

/// Bounds checked, checksum checked. nullopt: not the beginning of a chunk. Reads no more than the directory.
struct ChunkHead {
  ChunkHeader header{};
  std::vector<ChunkBlock> blocks;

  std::size_t head_bytes() const { return sizeof(ChunkHeader) + header.directory_bytes; }
  std::uint64_t bytes() const { return head_bytes() + std::uint64_t{header.body_bytes}; }
};
/// The longest head that parse_head() can want.
inline constexpr std::size_t kMostHeadBytes = sizeof(ChunkHeader) + kMostChunkBlocks * kMostEntryBytes;
inline constexpr std::size_t kMostBodyBytes = kMostColumnBytes + kColumns * 2 * 10;
std::optional<ChunkHead> parse_head(std::span<const std::byte> bytes);

/// The blocks' bytes: payloads, or whole blocks, in the order of the directory. nullopt: the body is damaged.
std::optional<std::vector<std::vector<std::byte>>> unpack_chunk(const ChunkHead& head, std::span<const std::byte> body);

class ChunkPacker {
 public:
  explicit ChunkPacker(int level);
  ~ChunkPacker();
  ChunkPacker(const ChunkPacker&) = delete;
  ChunkPacker& operator=(const ChunkPacker&) = delete;

  /// `contents` go with `blocks`, whose forms say how the blocks were found (kColumns...: may become columns). Appends
  /// the chunk to `out`. False: zstd failed, which means no memory.
  bool pack(std::uint32_t image, std::uint32_t lane, std::vector<ChunkBlock> blocks,
            const std::vector<std::span<const std::byte>>& contents, std::vector<std::byte>& out);

 private:
  bool fill_columns(std::vector<ChunkBlock>& blocks, const std::vector<std::span<const std::byte>>& contents);
  bool append_body(std::vector<std::byte>& out);
  bool attempt(std::uint32_t image, std::uint32_t lane, const std::vector<ChunkBlock>& blocks,
               std::vector<std::byte>& out);

  ColumnWriter columns_;
  ZSTD_CCtx_s* context_;
};

}  // namespace memline::trace::pack
