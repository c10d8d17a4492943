/// \file LaneReader: the records of one lane in program order, block by block.
///
/// A block that is damaged costs only itself: what it held is counted in Damage (if one was given) and the lane goes on
/// with the next. Holds one block's bytes while it has records. A record's texts point into that block: they are valid
/// until the next call.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "memline/trace_format.h"
#include "trace/damage.h"
#include "trace/record_traits.h"
#include "trace/trace_file.h"

namespace memline::trace {

/// Where to stop in a lane: all blocks before `sequence` are read, and of that one the first payload_bytes.
struct LaneLimit {
  std::uint32_t sequence = std::numeric_limits<std::uint32_t>::max();
  std::uint32_t payload_bytes = std::numeric_limits<std::uint32_t>::max();
};

class LaneReader {
 public:
  /// `file` and `damage` (may be null) must outlive the reader.
  LaneReader(const TraceFile& file, const LaneBlocks& lane, LaneLimit limit, Damage* damage);

  /// Whether there is a record to take; the following are then those of that record.
  bool has_record() const { return has_record_; }
  RecordType type() const { return type_; }
  /// Of a record without a time of its own: the time of the one before it.
  std::uint64_t ticks() const;
  /// That of the record which a visitor of take() is called with.
  std::uint64_t ticks_of_taken() const { return state_.time_ticks; }
  std::uint32_t lane() const { return lane_.lane; }
  /// Blocks of the lane that were opened or skipped so far.
  std::size_t blocks_begun() const { return next_block_; }
  /// Of the record's type byte in the file.
  std::uint64_t offset() const { return block_offset_ + sizeof(BlockHeader) + position_; }

  /// Decodes the record, calls visitor(record) and moves on. If the record turns out malformed, the visitor is not
  /// called and the rest of the block is skipped.
  template <class Visitor>
  void take(Visitor&& visitor) {
    dispatch_record(type_, [&]<class Record>(std::type_identity<Record>) { take_as<Record>(visitor); });
  }

  /// Calls visitor(record) for the records after the one that was taken last, without taking them, until it returns
  /// false.
  template <class Visitor>
  void look_ahead(Visitor&& visitor) const;

 private:
  template <class Record, class Visitor>
  void take_as(Visitor& visitor);
  template <class Visitor>
  static bool walk(std::span<const std::byte> bytes, DeltaState state, Visitor& visitor);

  std::span<const std::byte> rest() const { return std::span(payload_).subspan(position_); }
  void find_record();
  bool load_next_block();
  /// Reads block `index` of the lane into `payload`; false where it is not readable, or past the limit.
  bool read_block(std::size_t index, std::vector<std::byte>& payload, DeltaState& state, Damage* damage) const;
  void malformed_record();

  const TraceFile* file_;
  LaneBlocks lane_;
  LaneLimit limit_;
  Damage* damage_;
  std::size_t next_block_ = 0;
  std::uint32_t next_sequence_ = 0;

  std::vector<std::byte> payload_;
  std::size_t position_ = 0;
  std::uint64_t block_offset_ = 0;
  DeltaState state_;

  bool has_record_ = false;
  RecordType type_ = RecordType::kInvalid;
};

template <class Record, class Visitor>
void LaneReader::take_as(Visitor& visitor) {
  Record record;  // filled in by fields(): zeroing a Stack each time would cost more than decoding it
  Decoder decoder(rest().subspan(1));
  Record::fields(decoder, state_, record);
  if (!decoder.ok()) {
    malformed_record();
    find_record();
    return;
  }
  position_ = static_cast<std::size_t>(decoder.position() - payload_.data());
  visitor(static_cast<const Record&>(record));
  find_record();
}

template <class Visitor>
bool LaneReader::walk(std::span<const std::byte> bytes, DeltaState state, Visitor& visitor) {
  bool wants_more = true;
  while (wants_more && !bytes.empty()) {
    bool ok = false;
    dispatch_record(static_cast<RecordType>(bytes[0]), [&]<class Record>(std::type_identity<Record>) {
      Record record;
      Decoder decoder(bytes.subspan(1));
      Record::fields(decoder, state, record);
      if (!decoder.ok()) return;
      ok = true;
      bytes = bytes.subspan(static_cast<std::size_t>(decoder.position() - bytes.data()));
      wants_more = visitor(static_cast<const Record&>(record));
    });
    if (!ok) return true;
  }
  return wants_more;
}

template <class Visitor>
void LaneReader::look_ahead(Visitor&& visitor) const {
  if (!has_record_) return;
  if (!walk(rest(), state_, visitor)) return;
  std::vector<std::byte> payload;
  DeltaState state;
  for (std::size_t i = next_block_; i < lane_.blocks.size(); ++i) {
    if (read_block(i, payload, state, nullptr) && !walk(payload, state, visitor)) return;
  }
}

}  // namespace memline::trace
