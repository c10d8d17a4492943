/// \file StackCosts: what each stack owns, in one pass over the events: the ownership columns, before stacks are
/// grouped to sites.
///
/// What a stack owned at the process's peak is found without a second pass: a new peak only counts up a number, and a
/// stack's live bytes are kept aside when they change for the first time after the latest peak.
/// Memory: one record a stack that owned something.
#pragma once

#include <cstdint>

#include "base/strong_id.h"
#include "model/by_stack.h"
#include "replay/change.h"

namespace memline::model {

class StackCosts final : public replay::Observer {
 public:
  void on_inherited(const replay::OwnerShare& share) override;
  void on_change(const replay::Change& change) override;
  void on_vanished(const replay::OwnerShare& share, std::int64_t live_bytes) override;

  /// After the last event. at_peak and at_end hold only if it saw every event of the image.
  CostsByStack finish() const;

 private:
  struct Record {
    std::uint64_t allocated = 0, allocations = 0;
    std::uint64_t temporary = 0, temporary_bytes = 0;
    std::int64_t live = 0;
    std::int64_t at_peak = 0;  ///< as of peak number `peak`
    std::uint64_t peak = 0;
  };
  Record& touch(NodeId node) {
    Record& record = records_.at(node);
    if (record.peak != peaks_) {
      // It has not changed since the latest peak: what is live now was live then.
      record.at_peak = record.live;
      record.peak = peaks_;
    }
    return record;
  }

  ByStack<Record> records_;
  std::int64_t highest_live_ = 0;
  std::uint64_t peaks_ = 0;  ///< times that live memory rose above all before
};

}  // namespace memline::model
