/// \file ByteSource: where the bytes of a trace come from: a file, or memory (tests and fuzzers).
///
/// read_at() may be called from several threads. A file that is still growing is fine: size() is that of the moment.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"

namespace memline::trace {

class ByteSource {
 public:
  virtual ~ByteSource() = default;
  ByteSource(const ByteSource&) = delete;
  ByteSource& operator=(const ByteSource&) = delete;

  virtual std::uint64_t size() const = 0;
  /// Fills `bytes` from `offset` on; returns how many there were. Fewer than asked for: the end, or a read error.
  virtual std::size_t read_at(std::uint64_t offset, std::span<std::byte> bytes) const = 0;
  /// The first offset from `offset` on at which something may have been written; size() if there is none.
  virtual std::uint64_t next_data(std::uint64_t offset) const { return offset; }
  /// The path, for messages.
  virtual const std::string& name() const = 0;

 protected:
  ByteSource() = default;
};

/// Opens a regular file and nothing else: never waits for a FIFO, never takes a terminal.
Result<std::unique_ptr<ByteSource>> open_file_source(const std::string& path);

/// Owns its bytes.
std::unique_ptr<ByteSource> make_memory_source(std::vector<std::byte> bytes, std::string name);

}  // namespace memline::trace
