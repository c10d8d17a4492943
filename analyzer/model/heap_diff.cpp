#include "model/heap_diff.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <utility>

namespace memline::model {

HeapDiff diff_heaps(HeapModel a, HeapModel b) {
  std::map<std::string, HeapDiffRow> rows;
  const auto add = [&](HeapModel& heap, std::int64_t sign) {
    for (HeapRow& row : heap.rows) {
      HeapDiffRow& into = rows[row.kind];
      if (into.kind.empty()) {
        into.kind = row.kind;
        into.file = std::move(row.file);
        into.line = row.line;
        into.function = std::move(row.function);
        into.rule = std::move(row.rule);
      }
      into.count += sign * static_cast<std::int64_t>(row.count);
      into.bytes += sign * static_cast<std::int64_t>(row.bytes);
    }
    heap.rows.clear();
  };
  add(a, 1);
  add(b, -1);
  HeapDiff diff;
  for (auto& [kind, row] : rows) {
    if (row.count != 0 || row.bytes != 0) diff.rows.push_back(std::move(row));
  }
  std::stable_sort(diff.rows.begin(), diff.rows.end(), [](const HeapDiffRow& one, const HeapDiffRow& other) {
    return std::abs(one.bytes) > std::abs(other.bytes);
  });
  diff.a = std::move(a);
  diff.b = std::move(b);
  return diff;
}

}  // namespace memline::model
