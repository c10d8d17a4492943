#include "model/stack_costs.h"

namespace memline::model {

void StackCosts::on_inherited(const replay::OwnerShare& share) {
  highest_live_ += static_cast<std::int64_t>(share.bytes);
  if (share.owner.none()) return;
  Record& owner = touch(share.owner);
  owner.live += static_cast<std::int64_t>(share.bytes);
  owner.at_peak = owner.live;  // the start is the first peak
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
      owner.temporary += share.blocks;
      owner.temporary_bytes += share.bytes;
    }
  }
  if (!change.stack.none() && (change.acquired_bytes > 0 || change.allocations > 0)) {
    Record& record = touch(change.stack);
    record.live += static_cast<std::int64_t>(change.acquired_bytes);
    record.allocated += change.acquired_bytes;
    record.allocations += change.allocations;
  }
  if (change.live_bytes > highest_live_) {
    highest_live_ = change.live_bytes;
    ++peaks_;
  }
}

CostsByStack StackCosts::finish() const {
  CostsByStack all;
  all.reserve(records_.nodes(), records_.size());
  records_.for_each([&](NodeId stack, const Record& record) {
    SiteCosts& costs = all.at(stack);
    costs.allocated = record.allocated;
    costs.allocations = record.allocations;
    costs.temporary = record.temporary;
    costs.temporary_bytes = record.temporary_bytes;
    costs.at_peak = record.peak != peaks_ ? record.live : record.at_peak;
    costs.at_end = record.live;
  });
  return all;
}

}  // namespace memline::model
