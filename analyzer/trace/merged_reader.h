/// \file MergedReader: the records of all lanes of one image in the order of time.
///
/// At equal times releases go before acquisitions, so that an address handed on within one tick is never held twice.
/// Records of one lane keep their order whatever their times say.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "trace/lane_reader.h"

namespace memline::trace {

/// By lane number. Lanes that are not named are not read at all.
using LaneLimits = std::unordered_map<std::uint32_t, LaneLimit>;

class MergedReader {
 public:
  /// `limits`: how far to read (a forked child's view of its parent); null: everything.
  MergedReader(const TraceFile& file, std::uint32_t image, const LaneLimits* limits, Damage* damage);

  std::size_t lane_count() const { return lanes_.size(); }

  /// The lane (0 .. lane_count() - 1) whose record is next; none at the end. Take or skip it before asking again.
  std::optional<std::size_t> next();
  LaneReader& lane(std::size_t index) { return lanes_[index]; }
  const LaneReader& lane(std::size_t index) const { return lanes_[index]; }

 private:
  struct Key {
    std::uint64_t ticks = 0;
    std::uint32_t order = 0;  ///< releases first
    std::uint32_t lane = 0;
    friend bool operator<(const Key& a, const Key& b) {
      if (a.ticks != b.ticks) return a.ticks < b.ticks;
      if (a.order != b.order) return a.order < b.order;
      return a.lane < b.lane;
    }
  };
  Key key_of(std::size_t lane) const;
  void push(const Key& key);
  void replace_top(const Key& key);

  std::vector<LaneReader> lanes_;
  std::vector<Key> waiting_;  ///< min-heap of all lanes but current_
  std::size_t current_ = 0;
  bool has_current_ = false;
};

inline MergedReader::Key MergedReader::key_of(std::size_t lane) const {
  const LaneReader& reader = lanes_[lane];
  const std::uint32_t order = kRecordTraits[static_cast<std::size_t>(reader.type())].releases ? 0 : 1;
  return {reader.ticks(), order, static_cast<std::uint32_t>(lane)};
}

inline std::optional<std::size_t> MergedReader::next() {
  if (has_current_ && lanes_[current_].has_record()) {
    // The lane goes on as long as its next record comes before those of all others.
    if (waiting_.empty()) return current_;
    const Key key = key_of(current_);
    if (key < waiting_.front()) return current_;
    current_ = waiting_.front().lane;
    replace_top(key);
    return current_;
  }
  if (waiting_.empty()) return std::nullopt;
  current_ = waiting_.front().lane;
  has_current_ = true;
  const Key last = waiting_.back();
  waiting_.pop_back();
  if (!waiting_.empty()) replace_top(last);
  return current_;
}

}  // namespace memline::trace
