// Any bytes as a packed trace, and any trace packed: what comes back is what went in.
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "packed_trace.h"
#include "trace/pack/chunk.h"
#include "trace/pack/packed_source.h"
#include "trace/pack/packer.h"

namespace {

using namespace memline;  // NOLINT(google-build-using-namespace): a program of one file
using Bytes = std::vector<std::byte>;

struct MemorySink : trace::pack::PackSink {
  Bytes bytes;
  std::optional<Error> write_at(std::uint64_t offset, std::span<const std::byte> part) override {
    if (bytes.size() < offset + part.size()) bytes.resize(offset + part.size());
    std::copy(part.begin(), part.end(), bytes.begin() + static_cast<std::ptrdiff_t>(offset));
    return std::nullopt;
  }
};

Bytes read_block(const trace::ByteSource& source, std::uint64_t offset) {
  Bytes block(trace::kBlockBytes);
  block.resize(source.read_at(offset, block));
  return block;
}

void read_all(Bytes bytes) {
  trace::Damage damage;
  const auto source = trace::pack::open_packed(trace::make_memory_source(std::move(bytes), "input"), damage);
  if (!source) return;
  constexpr std::uint64_t kMostBlocks = 256;
  for (std::uint64_t i = 0; i < kMostBlocks && i * trace::kBlockBytes < (*source)->size(); ++i) {
    read_block(**source, trace::kHeaderBytes + i * trace::kBlockBytes);
  }
}

void round_trip(const Bytes& raw) {
  MemorySink sink;
  const auto from = trace::make_memory_source(raw, "raw");
  if (!trace::pack::pack(*from, sink, 1)) return;
  trace::Damage damage;
  const auto source = trace::pack::open_packed(trace::make_memory_source(std::move(sink.bytes), "packed"), damage);
  if (!source || damage.any() || (*source)->size() != raw.size()) std::abort();
  for (std::uint64_t at = trace::kHeaderBytes; at < raw.size(); at += trace::kBlockBytes) {
    const Bytes before = read_block(*from, at), after = read_block(**source, at);
    trace::BlockHeader header{};
    std::size_t length = before.size();
    if (trace::check_block(before, header) == trace::BlockFault::kNone) length = sizeof header + header.payload_bytes;
    if (before.size() != after.size() || std::memcmp(before.data(), after.data(), length) != 0) std::abort();
  }
}

/// A chunk whose checksums are right: what is behind them is what shall be read.
void read_chunk(Bytes bytes) {
  trace::pack::ChunkHeader header{};
  if (bytes.size() < sizeof header) return;
  std::memcpy(&header, bytes.data(), sizeof header);
  header.magic = trace::pack::kChunkMagic;
  header.head_crc32c = 0;
  if (header.directory_bytes > bytes.size() - sizeof header) return;
  const std::size_t head_bytes = sizeof header + header.directory_bytes;
  const auto body = std::span<const std::byte>(bytes).subspan(head_bytes);
  header.body_bytes = static_cast<std::uint32_t>(body.size());
  header.body_crc32c = trace::crc32c(0, body.data(), body.size());
  std::memcpy(bytes.data(), &header, sizeof header);
  header.head_crc32c = trace::crc32c(0, bytes.data(), head_bytes);
  std::memcpy(bytes.data(), &header, sizeof header);
  const auto head = trace::pack::parse_head(bytes);
  if (head) (void)trace::pack::unpack_chunk(*head, body);
}

}  // namespace

/// The first byte says what the rest is: 'R' or 'P' a raw trace as in packed_trace.h, 'C' a chunk, else a packed trace.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::span<const std::byte> input(reinterpret_cast<const std::byte*>(data), size);
  if (input.empty()) return 0;
  const Bytes rest(input.begin() + 1, input.end());
  if (data[0] == 'R' || data[0] == 'P') {
    round_trip(fuzz::unpack_trace(input));
  } else if (data[0] == 'C') {
    read_chunk(rest);
  } else {
    read_all(rest);
  }
  return 0;
}
