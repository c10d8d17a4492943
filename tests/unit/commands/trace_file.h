/// \file make_trace(): the start of a trace as the preload writes it: header page and a first block with ImageStart.
#pragma once

#include <cstring>
#include <string>

#include "memline/trace_block.h"
#include "memline/trace_format.h"

namespace memline::test {

/// `bytes`, where not 0, are acquired in one event; `forked_from`, where not 0, is the process that it is a copy of.
inline std::string make_trace(std::uint32_t pid, std::uint64_t process_start, std::uint32_t parent_pid = 0,
                              std::uint64_t bytes = 0, std::uint32_t forked_from = 0) {
  std::string file(trace::kHeaderBytes + trace::kBlockBytes, '\0');
  trace::TraceHeader header{};
  header.magic = trace::kFileMagic;
  header.version = trace::kVersion;
  header.header_bytes = trace::kHeaderBytes;
  header.block_bytes = trace::kBlockBytes;
  header.page_bytes = 4096;
  header.process_start = process_start;
  header.pid = pid;
  header.images = 1;
  header.claimed_blocks = 1;
  header.reserved_bytes = file.size();
  std::memcpy(file.data(), &header, sizeof header);

  trace::BlockHeader block{};
  block.magic = trace::kBlockMagic;
  block.state = static_cast<std::uint32_t>(trace::BlockState::kOpen);
  trace::ImageStart start{};
  start.time_shift = 5;
  start.ticks_are_ns = 1;
  start.pid = pid;
  start.parent_pid = parent_pid;
  auto* const payload = reinterpret_cast<std::byte*>(file.data() + trace::kHeaderBytes + sizeof block);
  std::byte* position = payload;
  trace::DeltaState state;
  trace::encode(position, payload + trace::kPayloadBytes, state, trace::Clock{100, 3200});
  trace::encode(position, payload + trace::kPayloadBytes, state, start);
  if (forked_from > 0) {
    const std::string trace_id(16, 'i');
    trace::encode(position, payload + trace::kPayloadBytes, state,
                  trace::ForkedFrom{forked_from, 0, trace_id, "/trace.bin"});
  }
  if (bytes > 0) {
    trace::encode(position, payload + trace::kPayloadBytes, state, trace::Thread{0, pid, "main"});
    trace::encode(position, payload + trace::kPayloadBytes, state,
                  trace::Acquire{200, 4096, bytes, 0, trace::Origin::kMalloc});
  }
  block.payload_bytes = static_cast<std::uint32_t>(position - payload);
  std::memcpy(file.data() + trace::kHeaderBytes, &block, sizeof block);
  return file;
}

}  // namespace memline::test
