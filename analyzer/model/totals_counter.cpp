#include "model/totals_counter.h"

namespace memline::model {

void TotalsCounter::on_change(const replay::Change& change) {
  totals_.allocations += change.allocations;
  totals_.frees += change.frees;
  totals_.reallocations += change.reallocations;
  totals_.mappings += change.mappings;
  totals_.unmappings += change.unmappings;
  totals_.allocated += change.acquired_bytes;
  totals_.freed += change.released_bytes;
  for (const replay::OwnerShare& share : change.released) {
    if (!share.temporary || share.blocks == 0) continue;
    totals_.temporary += share.blocks;
    totals_.temporary_bytes += share.bytes;
  }
}

}  // namespace memline::model
