/// \file pack(): a raw trace, packed. The trace must not grow any more.
///
/// Streams: memory is bounded by a run of 256 blocks (16 MiB), whatever the trace holds. Every chunk has been unpacked
/// and compared with the blocks it came from before it goes to the sink.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>

#include "base/result.h"
#include "trace/byte_source.h"

namespace memline::trace::pack {

/// zstd's. Measured on cc1plus: level 1 takes 4 % more bytes, 6 takes 6 % less and ten times zstd's time.
inline constexpr int kDefaultLevel = 3;

class PackSink {
 public:
  virtual ~PackSink() = default;
  /// Writes at `offset`; an Error ends the packing.
  virtual std::optional<Error> write_at(std::uint64_t offset, std::span<const std::byte> bytes) = 0;
};

struct PackedSizes {
  std::uint64_t raw_bytes = 0;  ///< of the blocks: an unused end of the file does not count
  std::uint64_t packed_bytes = 0;
};

/// `stop`, if given, is asked now and then: true ends the packing with an Error. Errors: `raw` is no raw trace of this
/// version, cannot be read, or the sink fails.
Result<PackedSizes> pack(const ByteSource& raw, PackSink& sink, int level, const std::function<bool()>& stop = nullptr);

/// Whether the file begins like a packed trace.
bool is_packed(const ByteSource& source);

}  // namespace memline::trace::pack
