#include "memline/trace_block.h"

#include <array>
#include <cstring>
#include <string_view>
#include <vector>

#include "support/catch.h"

namespace memline::trace {
namespace {

std::uint32_t crc_of(std::string_view text) {
  return crc32c(0, reinterpret_cast<const std::byte*>(text.data()), text.size());
}

TEST_CASE("crc32c gives the values of RFC 3720", "[block]") {
  std::array<std::byte, 32> bytes{};
  CHECK(crc32c(0, bytes.data(), bytes.size()) == 0x8a9136aaU);
  bytes.fill(std::byte{0xff});
  CHECK(crc32c(0, bytes.data(), bytes.size()) == 0x62a8ab43U);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(i);
  CHECK(crc32c(0, bytes.data(), bytes.size()) == 0x46dd794eU);
  CHECK(crc_of("123456789") == 0xe3069283U);
  CHECK(crc_of("") == 0);
}

TEST_CASE("crc32c can be taken in pieces, and the table agrees with the instruction", "[block]") {
  const std::string_view text = "The quick brown fox jumps over the lazy dog, again and again";
  const auto* bytes = reinterpret_cast<const std::byte*>(text.data());
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    CHECK(crc32c(crc32c(0, bytes, cut), bytes + cut, text.size() - cut) == crc_of(text));
    CHECK(~detail::crc32c_table(~0U, bytes, cut) == crc32c(0, bytes, cut));
  }
}

/// A sealed block with some payload.
std::vector<std::byte> sealed_block(std::size_t payload_bytes) {
  std::vector<std::byte> block(sizeof(BlockHeader) + payload_bytes, std::byte{0x5a});
  BlockHeader header{.magic = kBlockMagic,
                     .crc32c = 0,
                     .state = static_cast<std::uint32_t>(BlockState::kSealed),
                     .payload_bytes = static_cast<std::uint32_t>(payload_bytes),
                     .lane = 3,
                     .image = 1,
                     .sequence = 9,
                     .reserved = 0,
                     .base_ticks = 77};
  header.crc32c = block_checksum(header, block.data() + sizeof header);
  std::memcpy(block.data(), &header, sizeof header);
  return block;
}

BlockFault fault_of(const std::vector<std::byte>& block) {
  BlockHeader header{};
  return check_block(block, header);
}

TEST_CASE("a good block is recognised, sealed or open", "[block]") {
  std::vector<std::byte> block = sealed_block(100);
  BlockHeader header{};
  CHECK(check_block(block, header) == BlockFault::kNone);
  CHECK(header.lane == 3);
  CHECK(header.image == 1);
  CHECK(header.sequence == 9);
  CHECK(header.payload_bytes == 100);
  CHECK(header.base_ticks == 77);
  header.state = static_cast<std::uint32_t>(BlockState::kOpen);
  header.crc32c = 0;
  std::memcpy(block.data(), &header, sizeof header);
  CHECK(fault_of(block) == BlockFault::kNone);
}

TEST_CASE("every kind of bad block is told apart", "[block]") {
  const auto with = [](auto change) {
    std::vector<std::byte> block = sealed_block(100);
    BlockHeader header{};
    std::memcpy(&header, block.data(), sizeof header);
    change(header);
    std::memcpy(block.data(), &header, sizeof header);
    return fault_of(block);
  };
  CHECK(with([](BlockHeader& h) { h.magic = 0; }) == BlockFault::kUnused);
  CHECK(with([](BlockHeader& h) { h.magic ^= 1; }) == BlockFault::kBadMagic);
  CHECK(with([](BlockHeader& h) { h.payload_bytes = kPayloadBytes + 1; }) == BlockFault::kBadLength);
  CHECK(with([](BlockHeader& h) { h.payload_bytes = 0xffffffff; }) == BlockFault::kBadLength);
  CHECK(with([](BlockHeader& h) { h.payload_bytes = 101; }) == BlockFault::kTruncated);
  CHECK(with([](BlockHeader& h) { h.state = 3; }) == BlockFault::kBadState);
  CHECK(with([](BlockHeader& h) { h.sequence = 8; }) == BlockFault::kBadChecksum);
  CHECK(with([](BlockHeader& h) { h.payload_bytes = 99; }) == BlockFault::kBadChecksum);
}

TEST_CASE("no truncation and no flipped bit of a sealed block passes", "[block]") {
  const std::vector<std::byte> good = sealed_block(64);
  for (std::size_t bytes = 0; bytes < good.size(); ++bytes) {
    CHECK(fault_of({good.begin(), good.begin() + static_cast<std::ptrdiff_t>(bytes)}) == BlockFault::kTruncated);
  }
  for (std::size_t i = 0; i < good.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::vector<std::byte> bad = good;
      bad[i] ^= static_cast<std::byte>(1 << bit);
      CAPTURE(i, bit);
      CHECK(fault_of(bad) != BlockFault::kNone);
    }
  }
}

}  // namespace
}  // namespace memline::trace
