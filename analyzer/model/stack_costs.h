/// \file StackCosts: what each stack owns, in one pass over the events: the ownership columns, before stacks are
/// grouped to sites.
///
/// What a stack owned at the process's peak is found without a second pass: a new peak only counts up a number, and a
/// stack's live bytes are kept aside when they change for the first time after the latest peak.
/// Memory: one record a stack.
#pragma once

#include <cstdint>
#include <vector>

#include "base/strong_id.h"
#include "model/top_model.h"
#include "replay/change.h"

namespace memline::model {

class StackCosts : public replay::Observer {
 public:
  void on_inherited(const replay::OwnerShare& share) override;
  void on_change(const replay::Change& change) override;
  void on_vanished(const replay::OwnerShare& share, std::int64_t live_bytes) override;

  /// Costs by NodeId::index(), after the last event. at_peak and at_end hold only if it saw every event of the image.
  std::vector<SiteCosts> finish() const;

 private:
  struct Record {
    SiteCosts costs;  ///< at_peak: as of peak number `peak`
    std::int64_t live = 0;
    std::uint64_t peak = 0;
  };
  Record& touch(NodeId node);

  std::vector<Record> records_;
  std::int64_t highest_live_ = 0;
  std::uint64_t peaks_ = 0;  ///< times that live memory rose above all before
};

}  // namespace memline::model
