// A packed trace gives back the raw one bit by bit, and loses no more than what was damaged.
#include <cstring>
#include <random>

#include "support/catch.h"
#include "support/trace_builder.h"
#include "trace/pack/chunk.h"
#include "trace/pack/format.h"
#include "trace/pack/packed_source.h"
#include "trace/pack/packer.h"
#include "trace/trace_file.h"
#include "unit/include/every_record.h"

namespace memline::trace {
namespace {

using Bytes = std::vector<std::byte>;
using testing::TraceBuilder;

struct MemorySink : pack::PackSink {
  Bytes bytes;
  std::optional<Error> write_at(std::uint64_t offset, std::span<const std::byte> part) override {
    if (bytes.size() < offset + part.size()) bytes.resize(offset + part.size());
    std::copy(part.begin(), part.end(), bytes.begin() + static_cast<std::ptrdiff_t>(offset));
    return std::nullopt;
  }
};

Bytes packed(const Bytes& raw) {
  MemorySink sink;
  const auto sizes = pack::pack(*make_memory_source(raw, "raw"), sink, pack::kDefaultLevel);
  REQUIRE(sizes);
  CHECK(sizes->packed_bytes == sink.bytes.size());
  return std::move(sink.bytes);
}

/// What the file holds, except what lies behind the payload of a readable block.
Bytes contents(const ByteSource& source) {
  Bytes bytes(source.size());
  bytes.resize(source.read_at(0, bytes));
  for (std::size_t at = kHeaderBytes; at < bytes.size(); at += kBlockBytes) {
    const std::span<std::byte> block = std::span(bytes).subspan(at, std::min(kBlockBytes, bytes.size() - at));
    BlockHeader header{};
    if (check_block(block, header) != BlockFault::kNone) continue;
    const auto unused = block.subspan(sizeof header + header.payload_bytes);
    std::fill(unused.begin(), unused.end(), std::byte{0});
  }
  return bytes;
}

void check_round_trip(const Bytes& raw) {
  Damage damage;
  const auto source = pack::open_packed(make_memory_source(packed(raw), "packed"), damage);
  REQUIRE(source);
  CHECK_FALSE(damage.any());
  CHECK((*source)->size() == raw.size());
  CHECK(contents(**source) == contents(*make_memory_source(raw, "raw")));
}

Bytes random_trace(unsigned seed, std::size_t events) {
  std::mt19937_64 random(seed);
  const auto below = [&](std::uint64_t bound) { return random() % bound; };
  TraceBuilder trace;
  trace.begin_image();
  trace.thread(1, 1);
  std::vector<std::uint32_t> stacks[2];
  for (std::uint32_t lane = 0; lane < 2; ++lane) {
    for (unsigned i = 0; i < 5; ++i) stacks[lane].push_back(trace.stack(lane, {below(1 << 20), below(1 << 20)}));
  }
  std::vector<std::uint64_t> live;
  std::uint64_t time = 0;
  for (std::size_t i = 0; i < events; ++i) {
    const auto lane = static_cast<std::uint32_t>(below(2));
    const std::uint32_t stack = stacks[lane][below(5)];
    time += below(100);
    const std::uint64_t address = below(20) == 0 ? random() : 0x1000 + below(5000) * 16;
    const std::uint64_t size = below(10) == 0 ? random() : below(64);
    switch (below(7)) {
      case 0:
      case 1:
        trace.add(lane, Acquire{time, address, size, stack, static_cast<Origin>(below(4))});
        live.push_back(address);
        break;
      case 2:
        trace.add(lane, AcquireUsable{time, address, size, size + below(32), stack, Origin::kMalloc});
        live.push_back(address);
        break;
      case 3:
      case 4: {
        const bool known = !live.empty() && below(5) != 0;
        const std::size_t which = known ? below(live.size()) : 0;
        trace.add(lane, Release{time, known ? live[which] : address, stack});
        if (known) live.erase(live.begin() + static_cast<std::ptrdiff_t>(which));
        break;
      }
      case 5: {
        const std::uint64_t old_address = live.empty() ? address : live[below(live.size())];
        trace.add(lane, MoveBegin{time, old_address});
        const std::uint64_t moved = below(3) == 0 ? 0 : address;
        trace.add(lane, MoveEnd{time, below(9) == 0 ? random() : old_address, moved, size, stack});
        break;
      }
      default:
        if (below(4) == 0) trace.add(lane, Mark{time, 1, 0.5, "mark"});
        if (below(4) == 0) stacks[lane][below(5)] = trace.stack(lane, {below(1 << 20), random()});
        if (below(50) == 0) trace.seal(lane);
    }
  }
  return trace.bytes(below(2) == 0);
}

std::size_t find(const Bytes& bytes, std::uint32_t magic, std::size_t from = 0) {
  const auto pattern = std::as_bytes(std::span(&magic, 1));
  const auto at =
      std::search(bytes.begin() + static_cast<std::ptrdiff_t>(from), bytes.end(), pattern.begin(), pattern.end());
  REQUIRE(at != bytes.end());
  return static_cast<std::size_t>(at - bytes.begin());
}

TEST_CASE("every record comes back from a packed trace", "[pack]") {
  TraceBuilder trace;
  testing::every_record([&](const char*, const auto& record) { trace.add(0, record); });
  check_round_trip(trace.bytes());
  check_round_trip(TraceBuilder().bytes());
}

TEST_CASE("random traces come back bit by bit", "[pack]") {
  for (unsigned seed = 0; seed < 12; ++seed) check_round_trip(random_trace(seed, 4000));
  check_round_trip(random_trace(100, 400'000));  // more than one chunk a lane
}

TEST_CASE("what is no good block comes back as it was", "[pack]") {
  Bytes raw = random_trace(1, 30'000);
  std::mt19937_64 random(7);
  for (int i = 0; i < 40; ++i) {
    Bytes damaged = raw;
    for (int k = 0; k < 8; ++k)
      damaged[kHeaderBytes + random() % (damaged.size() - kHeaderBytes)] = static_cast<std::byte>(random());
    if (i % 4 == 0) damaged.resize(kHeaderBytes + random() % (raw.size() - kHeaderBytes));
    check_round_trip(damaged);
  }
  // more bytes for a number than it needs: no encoder of ours would write that
  BlockHeader header{};
  std::memcpy(&header, raw.data() + kHeaderBytes, sizeof header);
  const Bytes odd = {std::byte{3}, std::byte{0x81}, std::byte{0x80}, std::byte{0x00},  // ThreadEnd, padded
                     std::byte{9}, std::byte{0x81}, std::byte{0x80}, std::byte{0x00}, std::byte{2}, std::byte{0}};
  header.payload_bytes = static_cast<std::uint32_t>(odd.size());
  header.crc32c = block_checksum(header, odd.data());
  std::memcpy(raw.data() + kHeaderBytes, &header, sizeof header);
  std::copy(odd.begin(), odd.end(), raw.begin() + kHeaderBytes + sizeof header);
  check_round_trip(raw);
}

TEST_CASE("without its index a packed trace is read by looking for chunks", "[pack]") {
  const Bytes raw = random_trace(3, 400'000);
  Bytes bytes = packed(raw);
  bytes.resize(bytes.size() - sizeof(pack::PackedEnd));
  Damage damage;
  const auto source = pack::open_packed(make_memory_source(bytes, "packed"), damage);
  REQUIRE(source);
  CHECK(damage.places == 1);
  CHECK(contents(**source) == contents(*make_memory_source(raw, "raw")));
}

TEST_CASE("a damaged chunk costs its own blocks, with an index and without", "[pack]") {
  const Bytes whole = packed(random_trace(3, 400'000));
  const std::size_t chunk = find(whole, pack::kChunkMagic);
  const std::size_t next = find(whole, pack::kChunkMagic, chunk + 1);
  pack::ChunkHeader header{};
  std::memcpy(&header, whole.data() + chunk, sizeof header);
  for (const bool in_head : {false, true}) {
    Bytes bytes = whole;
    bytes[in_head ? chunk + 20 : next - 5] ^= std::byte{0x10};
    if (in_head) bytes.resize(bytes.size() - 3);  // the index would know where the chunks are
    const auto file = TraceFile::open(make_memory_source(bytes, "packed"));
    REQUIRE(file);
    std::uint64_t unreadable = 0, readable = 0;
    Bytes block(kBlockBytes);
    for (std::uint64_t at = kHeaderBytes; at < (*file)->size_bytes(); at += kBlockBytes) {
      const std::size_t wanted = std::min<std::size_t>(kBlockBytes, (*file)->size_bytes() - at);
      const std::size_t got = (*file)->source().read_at(at, std::span(block).first(wanted));
      BlockHeader found{};
      std::memcpy(&found, block.data(), sizeof found);
      (got == wanted && found.magic == kBlockMagic ? readable : unreadable) += 1;
    }
    CHECK(unreadable == header.blocks);
    CHECK(readable > 0);
    if (in_head) {
      CHECK((*file)->damage().lost_events >= header.blocks);
    } else {
      CHECK_FALSE((*file)->damage().any());  // found by whoever reads the block
    }
  }
}

TEST_CASE("a packed trace that lies is refused, in little memory", "[pack]") {
  const Bytes whole = packed(random_trace(5, 1000));
  const auto message = [](const Bytes& bytes) {
    const auto file = TraceFile::open(make_memory_source(bytes, "packed"));
    return file ? std::string() : file.error().message;
  };
  const auto with_header = [&](auto&& change) {
    Bytes bytes = whole;
    pack::PackedHeader header{};
    std::memcpy(&header, bytes.data() + sizeof(TraceHeader), sizeof header);
    change(header);
    header.crc32c = 0;
    std::memcpy(bytes.data() + sizeof(TraceHeader), &header, sizeof header);
    header.crc32c = crc32c(0, bytes.data(), sizeof(TraceHeader) + sizeof header + header.page_rest_bytes);
    std::memcpy(bytes.data() + sizeof(TraceHeader), &header, sizeof header);
    return bytes;
  };
  CHECK(message(whole).empty());
  CHECK(message(Bytes(whole.begin(), whole.begin() + 150)) == "is cut within its header");
  CHECK(message(with_header([](auto& header) { header.raw_bytes = ~std::uint64_t{0}; })) ==
        "says it is larger than it can be");
  Bytes other = whole;
  other[sizeof(TraceHeader)] = std::byte{9};
  CHECK(message(other) == "is a packed trace of version 9." + std::to_string(kVersion) +
                              "; this memline reads versions 1." + std::to_string(kOldestVersion) + " to 1." +
                              std::to_string(kVersion) + " only");
  other = whole;
  other[40] ^= std::byte{1};
  CHECK(message(other) == "has a damaged header");

  // a frame of zeros that says it is short: what it may fill is what it said
  pack::ChunkHead head;
  const std::size_t chunk = find(whole, pack::kChunkMagic);
  const auto parsed = pack::parse_head(std::span(whole).subspan(chunk));
  REQUIRE(parsed);
  head = *parsed;
  std::mt19937_64 random(1);
  for (int i = 0; i < 300; ++i) {
    Bytes body(whole.begin() + static_cast<std::ptrdiff_t>(chunk + head.head_bytes()),
               whole.begin() + static_cast<std::ptrdiff_t>(chunk + head.bytes()));
    for (int k = 0; k < 3; ++k) body[random() % body.size()] = static_cast<std::byte>(random());
    head.header.body_crc32c = crc32c(0, body.data(), body.size());
    const auto blocks = pack::unpack_chunk(head, body);
    if (!blocks) continue;
    for (std::size_t k = 0; k < blocks->size(); ++k) CHECK((*blocks)[k].size() == head.blocks[k].payload_bytes);
  }
}

}  // namespace
}  // namespace memline::trace
