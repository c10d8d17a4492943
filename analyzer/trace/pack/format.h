/// \file How the bytes of a packed trace are divided. Only the analyzer knows it: the preload writes raw traces.
///
///     offset 0    TraceHeader of the raw trace, its block_bytes replaced by kPackedMark: whoever only asks whose trace
///                 this is (another run that finds the name taken, `memline run`) reads a packed one like a raw one
///     then        PackedHeader; the rest of the raw header page without the zeros at its end
///     then        chunks, one behind the other
///     then        the index: of every chunk its offset (8 bytes), its ChunkHeader (magic: kListedMagic, lest it be taken
///                 for a chunk) and its directory once more
///     last        PackedEnd, which says where the index is
///
/// A chunk holds at most kMostChunkBlocks blocks of one lane, in the order of the raw file, and needs no other chunk to
/// be read: damage costs the chunk that it hits. Where PackedEnd or the index is missing or wrong, the index is rebuilt
/// from the chunks: each says how long it is, and behind a damaged one the next is looked for by its magic number.
///
/// Chunk = ChunkHeader, directory, body. The directory lists the chunk's blocks, numbers coded as in a record
/// (trace_codec.h): the block's number in the raw file (distance from the one before + 1), its BlockForm, its
/// payload_bytes, and unless the form is kWhole its sequence (distance likewise), its crc32c and its base_ticks
/// (distance from the one before). Lane and image stand in the ChunkHeader.
///
/// Body = for each Column its length unpacked and packed (numbers), then the columns, each one zstd frame, or stored
/// where that would not be shorter. A column of length 0 has no bytes. What the columns hold is said in event_model.h
/// and block_columns.h: the records of the chunk's blocks, a field a column, as far as a model cannot foretell them.
///
/// A block is given back as it was: header and payload, bit by bit. What lay behind the payload is not kept. A block
/// that is no block of a trace, or whose records do not come out of the columns exactly, is kept as its bytes are.
/// A checksum covers the headers, each directory, each body and the index; blocks keep their own.
/// All numbers are little-endian. Readers take exactly their own version of this format.
#pragma once

#include <cstddef>
#include <cstdint>

#include "memline/trace_block.h"

namespace memline::trace::pack {

inline constexpr std::uint32_t kPackedVersion = 1;
inline constexpr std::uint32_t kPackedMark = 0x4b434150;   // "PACK"
inline constexpr std::uint32_t kChunkMagic = 0x4b48434d;   // "MCHK"
inline constexpr std::uint32_t kListedMagic = 0x53494c4d;  // "MLIS"
inline constexpr std::uint32_t kEndMagic = 0x444e454d;     // "MEND"

/// 4 MiB of blocks. More costs the reader memory and gains little: 4 % at 16 MiB, measured.
inline constexpr std::size_t kMostChunkBlocks = 64;
/// No directory entry is longer than its six numbers.
inline constexpr std::size_t kMostEntryBytes = 60;
/// The columns of a chunk may be longer than its blocks, but not by more than this.
inline constexpr std::size_t kMostColumnBytes = 4 * kMostChunkBlocks * kBlockBytes;

struct PackedHeader {
  std::uint32_t version;
  std::uint32_t crc32c;     ///< of the TraceHeader, this with 0 here, and the rest of the page
  std::uint64_t raw_bytes;  ///< length of the raw file
  std::uint32_t blocks;     ///< in all chunks
  std::uint32_t page_rest_bytes;
};
static_assert(sizeof(PackedHeader) == 24);

struct ChunkHeader {
  std::uint32_t magic;
  std::uint32_t head_crc32c;  ///< of the rest of this and the directory
  std::uint32_t body_crc32c;
  std::uint32_t directory_bytes;
  std::uint32_t body_bytes;
  std::uint32_t blocks;
  std::uint32_t image, lane;
};
static_assert(sizeof(ChunkHeader) == 32);

struct PackedEnd {
  std::uint64_t index_offset;
  std::uint32_t index_crc32c;
  std::uint32_t magic;
};
static_assert(sizeof(PackedEnd) == 16);

/// How a chunk keeps a block. Sealed blocks carry 1.
enum class BlockForm : std::uint8_t {
  kColumnsOpen = 0,
  kColumnsSealed = 1,
  kPayloadOpen = 2,  ///< its payload stands in Column::kBytes
  kPayloadSealed = 3,
  kWhole = 4,  ///< all of its bytes, header too, in Column::kBytes; lane and image of the chunk mean nothing
};

enum class Column : std::uint8_t {
  kSite,
  kNewSite,
  kNewStack,
  kTime,
  kSizeRank,
  kSize,
  kPlaceRank,
  kPlace,
  kReleaseRank,
  kDistance,
  kReleasePlace,
  kStackHead,
  kFrameRank,
  kFrameModule,
  kFrameOffset,
  kVerbatim,
  kBytes,
  kCount,
};
inline constexpr std::size_t kColumns = static_cast<std::size_t>(Column::kCount);

}  // namespace memline::trace::pack
