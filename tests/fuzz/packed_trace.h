/// \file A trace in few bytes, for the fuzzer: a real one has a page of header and 64 KiB a block, most of it empty.
///
/// The first byte of an input says what the rest is: 'R' the file itself, 'P' blocks one after the other, each
/// {lane, image, sequence, flags, length (2 bytes, low first), payload}. flags: 1 the block is sealed with the right
/// checksum, 2 its checksum is wrong, 4 base_ticks is 1000.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "memline/trace_block.h"

namespace memline::fuzz {

inline constexpr std::size_t kPackedHeaderBytes = 6;
inline constexpr std::uint8_t kSealed = 1, kBadChecksum = 2, kLateBase = 4;
inline constexpr std::size_t kMostBlocks = 32;

/// The file that an input stands for.
inline std::vector<std::byte> unpack_trace(std::span<const std::byte> input) {
  if (input.empty()) return {};
  const bool packed = input[0] == std::byte{'P'};
  input = input.subspan(1);
  if (!packed) return {input.begin(), input.end()};

  trace::TraceHeader header{};
  header.magic = trace::kFileMagic;
  header.version = trace::kVersion;
  header.header_bytes = trace::kHeaderBytes;
  header.block_bytes = trace::kBlockBytes;
  header.page_bytes = 4096;
  std::vector<std::byte> file(trace::kHeaderBytes);
  std::memcpy(file.data(), &header, sizeof header);
  for (std::size_t number = 0; number < kMostBlocks && input.size() >= kPackedHeaderBytes; ++number) {
    const auto byte = [&](std::size_t i) { return std::to_integer<std::uint32_t>(input[i]); };
    const std::uint32_t flags = byte(3);
    trace::BlockHeader block{};
    block.magic = trace::kBlockMagic;
    block.lane = byte(0);
    block.image = byte(1);
    block.sequence = byte(2);
    block.base_ticks = (flags & kLateBase) != 0 ? 1000 : 0;
    block.state = static_cast<std::uint32_t>((flags & (kSealed | kBadChecksum)) != 0 ? trace::BlockState::kSealed
                                                                                     : trace::BlockState::kOpen);
    const std::size_t length = byte(4) | byte(5) << 8;
    input = input.subspan(kPackedHeaderBytes);
    const std::span<const std::byte> payload = input.first(std::min({length, input.size(), trace::kPayloadBytes}));
    input = input.subspan(payload.size());
    block.payload_bytes = static_cast<std::uint32_t>(payload.size());
    block.crc32c = trace::block_checksum(block, payload.data()) + ((flags & kBadChecksum) != 0 ? 1 : 0);
    const std::size_t at = trace::kHeaderBytes + number * trace::kBlockBytes;
    file.resize(at + sizeof block + payload.size());  // the last block ends with its payload
    std::memcpy(file.data() + at, &block, sizeof block);
    if (!payload.empty()) std::memcpy(file.data() + at + sizeof block, payload.data(), payload.size());
  }
  return file;
}

/// The other direction, for traces of at most kMostBlocks blocks.
inline std::vector<std::byte> pack_trace(std::span<const std::byte> file) {
  std::vector<std::byte> packed = {std::byte{'P'}};
  for (std::size_t at = trace::kHeaderBytes; at + sizeof(trace::BlockHeader) <= file.size(); at += trace::kBlockBytes) {
    trace::BlockHeader block{};
    std::memcpy(&block, file.data() + at, sizeof block);
    const bool sealed = block.state == static_cast<std::uint32_t>(trace::BlockState::kSealed);
    const std::uint32_t fields[] = {block.lane,
                                    block.image,
                                    block.sequence,
                                    (sealed ? kSealed : 0U) | (block.base_ticks != 0 ? kLateBase : 0U),
                                    block.payload_bytes & 0xff,
                                    block.payload_bytes >> 8};
    for (const std::uint32_t field : fields) packed.push_back(static_cast<std::byte>(field));
    const std::span<const std::byte> payload = file.subspan(at + sizeof block, block.payload_bytes);
    packed.insert(packed.end(), payload.begin(), payload.end());
  }
  return packed;
}

}  // namespace memline::fuzz
