#include "trace/lane_reader.h"

#include <algorithm>
#include <string>

#include "base/counted.h"

namespace memline::trace {

LaneReader::LaneReader(const TraceFile& file, const LaneBlocks& lane, LaneLimit limit, Damage* damage)
    : file_(&file), lane_(lane), limit_(limit), damage_(damage) {
  find_record();
}

void LaneReader::find_record() {
  for (;;) {
    if (position_ == payload_.size()) {
      if (load_next_block()) continue;
      has_record_ = false;
      payload_ = {};  // a lane that has ended holds no memory
      position_ = 0;
      return;
    }
    type_ = static_cast<RecordType>(payload_[position_]);
    if (!kRecordTraits[static_cast<std::size_t>(type_)].known) {
      malformed_record();
      continue;
    }
    has_record_ = true;
    return;
  }
}

std::uint64_t LaneReader::ticks() const {
  if (!has_record_ || !kRecordTraits[static_cast<std::size_t>(type_)].timed) return state_.time_ticks;
  DeltaState state = state_;
  std::uint64_t ticks = 0;
  Decoder decoder(rest().subspan(1));
  decoder.time(ticks, state);
  return decoder.ok() ? ticks : state_.time_ticks;  // a malformed record will turn out as such
}

bool LaneReader::load_next_block() {
  while (next_block_ < lane_.blocks.size()) {
    const BlockRef& ref = lane_.blocks[next_block_];
    if (ref.sequence > limit_.sequence) return false;
    if (damage_ != nullptr && ref.sequence > next_sequence_) {
      damage_->add("lane " + std::to_string(ref.lane) + ": " +
                       counted(ref.sequence - next_sequence_, "block is", "blocks are") +
                       " missing before the one at offset " + std::to_string(ref.offset()),
                   0);
    }
    if (ref.sequence < next_sequence_) {
      if (damage_ != nullptr) damage_->add_block(ref.offset(), "comes a second time", 1);
      ++next_block_;
      continue;
    }
    const bool readable = read_block(next_block_, payload_, state_, damage_);
    ++next_block_;
    next_sequence_ = ref.sequence + 1;
    if (next_sequence_ == 0) next_block_ = lane_.blocks.size();
    if (!readable) {
      payload_.clear();
      position_ = 0;
      continue;
    }
    block_offset_ = ref.offset();
    position_ = 0;
    return true;
  }
  return false;
}

bool LaneReader::read_block(std::size_t index, std::vector<std::byte>& payload, DeltaState& state,
                            Damage* damage) const {
  const BlockRef& ref = lane_.blocks[index];
  const auto unreadable = [&](const char* why) {
    if (damage != nullptr) damage->add_block(ref.offset(), why, 1);
    return false;
  };
  if (ref.sequence > limit_.sequence) return false;
  BlockHeader header{};
  const std::span<std::byte> header_bytes = std::as_writable_bytes(std::span(&header, 1));
  payload.resize(ref.payload_bytes);
  if (file_->source().read_at(ref.offset(), header_bytes) != sizeof header ||
      file_->source().read_at(ref.offset() + sizeof header, payload) != payload.size()) {
    return unreadable("cannot be read");
  }
  // What was open when the file was indexed may be sealed by now, and is then longer than what is read here.
  if (ref.sealed &&
      (header.payload_bytes != ref.payload_bytes || block_checksum(header, payload.data()) != header.crc32c)) {
    return unreadable("checksum differs");
  }
  std::size_t bytes = ref.payload_bytes;
  if (ref.sequence == limit_.sequence) bytes = std::min<std::size_t>(bytes, limit_.payload_bytes);
  payload.resize(bytes);
  state = DeltaState{};
  state.time_ticks = header.base_ticks;
  return true;
}

void LaneReader::malformed_record() {
  if (damage_ != nullptr) {
    damage_->add_block(block_offset_, "its record at offset " + std::to_string(offset()) + " is malformed", 1);
  }
  position_ = payload_.size();
}

}  // namespace memline::trace
