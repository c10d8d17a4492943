/// \file OutsideLane: a lane of our own in a trace that another process is writing.
///
/// The blocks that it claims are nobody else's, and so is the lane. They are written with pwrite: a mapping would be
/// cut short when the program ends and trims the file. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "commands/run/outside_trace.h"
#include "memline/trace_codec.h"
#include "memline/trace_format.h"

namespace memline::commands {

class OutsideLane {
 public:
  /// `trace` must outlive the lane. `number` is kWatcherLane or kSamplerLane.
  OutsideLane(OutsideTrace& trace, std::uint32_t number, std::uint32_t image)
      : trace_(trace), number_(number), image_(image) {}

  std::uint32_t image() const { return image_; }
  /// Appends a record that stands at `ticks`, which never go back. False: there is no room, and there never will be.
  template <class Record>
  bool append(std::uint64_t ticks, const Record& record);
  /// Writes what was appended, as far as it is not written yet.
  void flush();
  /// Writes and seals the block that is open. The next record begins another.
  void seal();

 private:
  bool start_block(std::uint64_t ticks);
  template <class Record>
  bool encode(const Record& record);
  void fail() { broken_ = true; }

  OutsideTrace& trace_;
  std::uint32_t number_, image_;
  bool broken_ = false;
  std::vector<std::byte> block_;  ///< the open block, header and payload; empty: none is open
  std::size_t written_ = 0;       ///< bytes of it that are in the file
  std::uint64_t block_offset_ = 0;
  std::uint32_t sequence_ = 0;
  trace::DeltaState state_;
};

template <class Record>
bool OutsideLane::encode(const Record& record) {
  const std::size_t used = block_.size();
  block_.resize(trace::kBlockBytes);
  std::byte* position = block_.data() + used;
  const bool fits = trace::encode(position, block_.data() + block_.size(), state_, record);
  block_.resize(fits ? static_cast<std::size_t>(position - block_.data()) : used);
  return fits;
}

template <class Record>
bool OutsideLane::append(std::uint64_t ticks, const Record& record) {
  if (broken_) return false;
  if (!block_.empty() && encode(record)) return true;
  seal();
  if (broken_ || !start_block(ticks) || !encode(record)) fail();
  return !broken_;
}

}  // namespace memline::commands
