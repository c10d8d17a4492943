#include "trace/pack/chunk.h"

#include <zstd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "memline/trace_codec.h"
#include "trace/pack/append_object.h"
#include "trace/pack/block_columns.h"

namespace memline::trace::pack {
namespace {

bool in_columns(const ChunkBlock& block) {
  return block.form == BlockForm::kColumnsOpen || block.form == BlockForm::kColumnsSealed;
}

void keep_payload(ChunkBlock& block) {
  if (block.form == BlockForm::kColumnsOpen) block.form = BlockForm::kPayloadOpen;
  if (block.form == BlockForm::kColumnsSealed) block.form = BlockForm::kPayloadSealed;
}

/// What BlockColumns sizes its tables by.
std::size_t column_payload(const std::vector<ChunkBlock>& blocks) {
  std::size_t bytes = 0;
  for (const ChunkBlock& block : blocks) bytes += in_columns(block) ? block.payload_bytes : 0;
  return bytes;
}

/// Shared by both directions, like the fields of a record.
template <class Codec>
void code_entry(Codec& codec, ChunkBlock& block, ChunkBlock& last) {
  std::uint32_t expected = last.number + 1;
  std::uint64_t ticks = block.base_ticks;
  codec.delta(block.number, expected);
  codec.number(block.form);
  codec.number(block.payload_bytes);
  if (block.form != BlockForm::kWhole) {
    std::uint32_t sequence = last.sequence + 1;
    codec.delta(block.sequence, sequence);
    codec.number(block.crc32c);
    codec.delta(ticks, last.base_ticks);
    block.base_ticks = ticks;
    last.sequence = block.sequence;
  }
  last.number = block.number;
}

std::vector<std::byte> make_directory(std::vector<ChunkBlock> blocks) {
  std::vector<std::byte> bytes(blocks.size() * kMostEntryBytes);
  Encoder encoder(bytes.data(), bytes.data() + bytes.size());
  ChunkBlock last;
  for (ChunkBlock& block : blocks) code_entry(encoder, block, last);
  bytes.resize(static_cast<std::size_t>(encoder.position() - bytes.data()));
  return bytes;
}

std::uint32_t head_checksum(const ChunkHeader& header, std::span<const std::byte> directory) {
  ChunkHeader copy = header;
  copy.head_crc32c = 0;
  const std::uint32_t crc = crc32c(0, reinterpret_cast<const std::byte*>(&copy), sizeof copy);
  return crc32c(crc, directory.data(), directory.size());
}

/// The columns of a body, unpacked. Owns those that were compressed.
struct UnpackedColumns {
  std::array<std::vector<std::byte>, kColumns> bytes;
  std::array<std::span<const std::byte>, kColumns> columns;
};

bool unpack_columns(std::span<const std::byte> body, UnpackedColumns& out) {
  Decoder decoder(body);
  std::array<std::uint64_t, kColumns> plain{}, packed{};
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < kColumns; ++i) {
    decoder.number(plain[i]);
    decoder.number(packed[i]);
    if (!decoder.ok() || plain[i] > kMostColumnBytes || packed[i] > plain[i]) return false;
    total += plain[i];
  }
  if (total > kMostColumnBytes) return false;
  body = body.subspan(static_cast<std::size_t>(decoder.position() - body.data()));
  for (std::size_t i = 0; i < kColumns; ++i) {
    if (packed[i] > body.size()) return false;
    const std::span<const std::byte> column = body.first(packed[i]);
    body = body.subspan(packed[i]);
    out.columns[i] = column;
    if (packed[i] == plain[i]) continue;
    out.bytes[i].resize(plain[i]);
    const std::size_t size = ZSTD_decompress(out.bytes[i].data(), plain[i], column.data(), column.size());
    if (ZSTD_isError(size) != 0 || size != plain[i]) return false;
    out.columns[i] = out.bytes[i];
  }
  return body.empty();
}

}  // namespace

BlockHeader block_header(const ChunkBlock& block, std::uint32_t image, std::uint32_t lane) {
  const bool sealed = block.form == BlockForm::kColumnsSealed || block.form == BlockForm::kPayloadSealed;
  BlockHeader header{};
  header.magic = kBlockMagic;
  header.crc32c = block.crc32c;
  header.state = static_cast<std::uint32_t>(sealed ? BlockState::kSealed : BlockState::kOpen);
  header.payload_bytes = block.payload_bytes;
  header.lane = lane;
  header.image = image;
  header.sequence = block.sequence;
  header.base_ticks = block.base_ticks;
  return header;
}

std::optional<ChunkHead> parse_head(std::span<const std::byte> bytes) {
  ChunkHead head;
  ChunkHeader& header = head.header;
  if (bytes.size() < sizeof header) return std::nullopt;
  std::memcpy(&header, bytes.data(), sizeof header);
  bytes = bytes.subspan(sizeof header);
  if (header.magic != kChunkMagic || header.blocks == 0 || header.blocks > kMostChunkBlocks ||
      header.directory_bytes > kMostChunkBlocks * kMostEntryBytes || header.directory_bytes > bytes.size() ||
      header.body_bytes > kMostBodyBytes) {
    return std::nullopt;
  }
  const std::span<const std::byte> directory = bytes.first(header.directory_bytes);
  if (head_checksum(header, directory) != header.head_crc32c) return std::nullopt;
  Decoder decoder(directory);
  ChunkBlock last;
  for (std::uint32_t i = 0; i < header.blocks; ++i) {
    ChunkBlock block;
    code_entry(decoder, block, last);
    const std::size_t most = block.form == BlockForm::kWhole ? kBlockBytes : kPayloadBytes;
    if (!decoder.ok() || block.form > BlockForm::kWhole || block.payload_bytes > most) return std::nullopt;
    head.blocks.push_back(block);
  }
  if (!decoder.done()) return std::nullopt;
  return head;
}

std::optional<std::vector<std::vector<std::byte>>> unpack_chunk(const ChunkHead& head,
                                                                std::span<const std::byte> body) {
  if (body.size() != head.header.body_bytes) return std::nullopt;
  if (crc32c(0, body.data(), body.size()) != head.header.body_crc32c) return std::nullopt;
  UnpackedColumns unpacked;
  if (!unpack_columns(body, unpacked)) return std::nullopt;
  ColumnReader columns(unpacked.columns);
  BlockColumns records(column_payload(head.blocks), false);
  std::vector<std::vector<std::byte>> contents;
  contents.reserve(head.blocks.size());
  for (const ChunkBlock& block : head.blocks) {
    std::vector<std::byte>& bytes = contents.emplace_back(block.payload_bytes);
    if (in_columns(block)) {
      if (!records.read(columns, bytes, block.base_ticks)) return std::nullopt;
      continue;
    }
    const std::span<const std::byte> kept = columns.rest(Column::kBytes);
    if (kept.size() < bytes.size()) return std::nullopt;
    std::copy_n(kept.begin(), bytes.size(), bytes.begin());
    columns.skip(Column::kBytes, bytes.size());
  }
  if (!columns.done()) return std::nullopt;
  return contents;
}

ChunkPacker::ChunkPacker(int level) : context_(ZSTD_createCCtx()) {
  if (context_ != nullptr) ZSTD_CCtx_setParameter(context_, ZSTD_c_compressionLevel, level);
}

ChunkPacker::~ChunkPacker() {
  ZSTD_freeCCtx(context_);
}

bool ChunkPacker::fill_columns(std::vector<ChunkBlock>& blocks,
                               const std::vector<std::span<const std::byte>>& contents) {
  columns_.clear();
  BlockColumns records(column_payload(blocks), true);
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    if (!in_columns(blocks[i])) {
      columns_.append(Column::kBytes, contents[i]);
    } else if (!records.write(columns_, contents[i], blocks[i].base_ticks)) {
      keep_payload(blocks[i]);
      return false;
    }
  }
  return columns_.total() <= kMostColumnBytes;
}

bool ChunkPacker::append_body(std::vector<std::byte>& out) {
  std::vector<std::byte> packed;
  std::array<std::size_t, kColumns> sizes{};
  for (std::size_t i = 0; i < kColumns; ++i) {
    const std::span<const std::byte> plain = columns_.bytes(i);
    if (plain.empty()) continue;
    const std::size_t begin = packed.size();
    packed.resize(begin + ZSTD_compressBound(plain.size()));
    std::size_t size =
        ZSTD_compress2(context_, packed.data() + begin, packed.size() - begin, plain.data(), plain.size());
    if (ZSTD_isError(size) != 0) return false;
    if (size >= plain.size()) {
      size = plain.size();
      std::memcpy(packed.data() + begin, plain.data(), size);
    }
    packed.resize(begin + size);
    sizes[i] = size;
  }
  std::array<std::byte, kColumns * 2 * kMaxVarintBytes> lengths{};
  Encoder encoder(lengths.data(), lengths.data() + lengths.size());
  for (std::size_t i = 0; i < kColumns; ++i) {
    encoder.number(std::uint64_t{columns_.bytes(i).size()});
    encoder.number(std::uint64_t{sizes[i]});
  }
  out.insert(out.end(), lengths.data(), encoder.position());
  out.insert(out.end(), packed.begin(), packed.end());
  return true;
}

bool ChunkPacker::attempt(std::uint32_t image, std::uint32_t lane, const std::vector<ChunkBlock>& blocks,
                          std::vector<std::byte>& out) {
  const std::vector<std::byte> directory = make_directory(blocks);
  std::vector<std::byte> body;
  if (!append_body(body)) return false;
  ChunkHeader header{};
  header.magic = kChunkMagic;
  header.body_crc32c = crc32c(0, body.data(), body.size());
  header.directory_bytes = static_cast<std::uint32_t>(directory.size());
  header.body_bytes = static_cast<std::uint32_t>(body.size());
  header.blocks = static_cast<std::uint32_t>(blocks.size());
  header.image = image;
  header.lane = lane;
  header.head_crc32c = head_checksum(header, directory);
  append_object(out, header);
  out.insert(out.end(), directory.begin(), directory.end());
  out.insert(out.end(), body.begin(), body.end());
  return true;
}

bool ChunkPacker::pack(std::uint32_t image, std::uint32_t lane, std::vector<ChunkBlock> blocks,
                       const std::vector<std::span<const std::byte>>& contents, std::vector<std::byte>& out) {
  if (context_ == nullptr) return false;
  const std::size_t begin = out.size();
  constexpr int kMostAttempts = 4;
  for (int i = 0; i <= kMostAttempts; ++i) {
    if (i == kMostAttempts) std::for_each(blocks.begin(), blocks.end(), keep_payload);
    if (!fill_columns(blocks, contents)) continue;
    out.resize(begin);
    if (!attempt(image, lane, blocks, out)) return false;
    // what the file will hold is what counts, so that is unpacked and compared
    const std::span<const std::byte> bytes = std::span<const std::byte>(out).subspan(begin);
    const std::optional<ChunkHead> head = parse_head(bytes);
    if (!head || head->blocks != blocks) return false;
    const auto unpacked = unpack_chunk(*head, bytes.subspan(head->head_bytes()));
    if (!unpacked) continue;
    bool same = true;
    for (std::size_t k = 0; k < blocks.size(); ++k) {
      if (std::equal((*unpacked)[k].begin(), (*unpacked)[k].end(), contents[k].begin(), contents[k].end())) continue;
      keep_payload(blocks[k]);
      same = false;
    }
    if (same) return true;
  }
  return false;
}

}  // namespace memline::trace::pack
