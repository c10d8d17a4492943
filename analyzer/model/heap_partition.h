/// \file HeapPartition: groups live blocks by what they have in common. Grows with distinct groups.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "model/heap_builder.h"
#include "model/heap_model.h"
#include "model/sites.h"
#include "replay/recording.h"
#include "replay/replay.h"

namespace memline::model {

class HeapPartition {
 public:
  /// Both must outlive it.
  HeapPartition(HeapKind kind, const replay::Image& image, Sites& sites) : kind_(kind), image_(image), sites_(sites) {}

  /// `resident`: what of it was in RAM.
  void add(const replay::LiveBlock& block, std::optional<std::uint64_t> resident);
  /// Rows with the most bytes first; their counts and bytes add up to those of all blocks.
  std::vector<HeapRow> rows() const;

 private:
  struct Group {
    std::uint64_t count = 0, bytes = 0;
    std::optional<std::uint64_t> resident;
  };
  HeapRow describe(const Sites::Charged& charged) const;

  HeapKind kind_;
  const replay::Image& image_;
  Sites& sites_;
  std::map<std::uint64_t, Group> groups_;  ///< by stack, size or thread, whatever `kind_` needs
};

}  // namespace memline::model
