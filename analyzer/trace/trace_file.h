/// \file TraceFile: an opened trace: its header, and where the blocks of every lane stand.
///
/// Opening reads block headers only, 24 bytes of memory a block; payloads are checked when a LaneReader gets there.
/// Everything is as of the moment of opening: what a running program appends later is not seen, so that several passes
/// over one TraceFile see the same records. A packed trace (pack/format.h) is read like the raw one that it was made of,
/// and offsets are those of the raw file. Immutable afterwards; may be read from several threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "memline/trace_block.h"
#include "trace/byte_source.h"
#include "trace/damage.h"

namespace memline::trace {

struct BlockRef {
  std::uint32_t number = 0;  ///< position in the file
  std::uint32_t image = 0;
  std::uint32_t lane = 0;
  std::uint32_t sequence = 0;
  std::uint32_t payload_bytes = 0;  ///< at the time of opening
  bool sealed = false;              ///< it must carry the right checksum

  std::uint64_t offset() const { return kHeaderBytes + std::uint64_t{number} * kBlockBytes; }
};

/// The blocks of one lane of one image, in sequence.
struct LaneBlocks {
  std::uint32_t image = 0;
  std::uint32_t lane = 0;
  std::span<const BlockRef> blocks;
};

class TraceFile {
 public:
  /// Errors: nothing that could be read, not a trace, another version. Lesser damage is in damage().
  static Result<std::shared_ptr<const TraceFile>> open(std::unique_ptr<ByteSource> source);
  static Result<std::shared_ptr<const TraceFile>> open(const std::string& path);

  const TraceHeader& header() const { return header_; }
  const ByteSource& source() const { return *source_; }
  /// Of the header and of the blocks that hold something: bounds what the records may speak of.
  std::uint64_t size_bytes() const { return kHeaderBytes + std::uint64_t{blocks_.size()} * kBlockBytes; }
  /// Image numbers that have blocks, ascending. Not always dense: all blocks of an image may be lost.
  const std::vector<std::uint32_t>& images() const { return images_; }
  /// Lanes of an image by ascending lane number; empty for an unknown image.
  std::span<const LaneBlocks> lanes(std::uint32_t image) const;
  /// What was found wrong while indexing.
  const Damage& damage() const { return damage_; }

 private:
  explicit TraceFile(std::unique_ptr<ByteSource> source) : source_(std::move(source)) {}
  std::optional<Error> read_header();
  void index_blocks();
  void group_lanes();

  std::unique_ptr<ByteSource> source_;
  TraceHeader header_{};
  std::uint64_t file_bytes_ = 0;
  std::vector<BlockRef> blocks_;
  std::vector<LaneBlocks> lanes_;
  std::vector<std::uint32_t> images_;
  Damage damage_;
};

}  // namespace memline::trace
