#include "model/stack_costs.h"

namespace memline::model {

StackCosts::Record& StackCosts::touch(NodeId node) {
  if (records_.size() <= node.index()) records_.resize(node.index() + 1);
  Record& record = records_[node.index()];
  if (record.peak != peaks_) {
    // It has not changed since the latest peak: what is live now was live then.
    record.costs.at_peak = record.live;
    record.peak = peaks_;
  }
  return record;
}

void StackCosts::on_inherited(const replay::OwnerShare& share) {
  highest_live_ += static_cast<std::int64_t>(share.bytes);
  if (share.owner.none()) return;
  Record& owner = touch(share.owner);
  owner.live += static_cast<std::int64_t>(share.bytes);
  owner.costs.at_peak = owner.live;  // the start is the first peak
}

void StackCosts::on_vanished(const replay::OwnerShare& share, std::int64_t /*live_bytes*/) {
  if (!share.owner.none()) touch(share.owner).live -= static_cast<std::int64_t>(share.bytes);
}

void StackCosts::on_change(const replay::Change& change) {
  for (const replay::OwnerShare& share : change.released) {
    if (share.owner.none()) continue;
    Record& owner = touch(share.owner);
    owner.live -= static_cast<std::int64_t>(share.bytes);
    if (share.temporary && share.blocks > 0) {
      owner.costs.temporary += share.blocks;
      owner.costs.temporary_bytes += share.bytes;
    }
  }
  if (!change.stack.none() && (change.acquired_bytes > 0 || change.allocations > 0)) {
    Record& record = touch(change.stack);
    record.live += static_cast<std::int64_t>(change.acquired_bytes);
    record.costs.allocated += change.acquired_bytes;
    record.costs.allocations += change.allocations;
  }
  if (change.live_bytes > highest_live_) {
    highest_live_ = change.live_bytes;
    ++peaks_;
  }
}

std::vector<SiteCosts> StackCosts::finish() const {
  std::vector<SiteCosts> costs;
  costs.reserve(records_.size());
  for (const Record& record : records_) {
    costs.push_back(record.costs);
    if (record.peak != peaks_) costs.back().at_peak = record.live;
    costs.back().at_end = record.live;
  }
  return costs;
}

}  // namespace memline::model
