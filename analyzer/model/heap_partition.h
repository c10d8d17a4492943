/// \file HeapPartition: groups live blocks by what they have in common. Grows with distinct groups.
#pragma once

#include <compare>
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
  /// All must outlive it.
  HeapPartition(HeapKind kind, const replay::Image& image, FrameSource& frames, Sites& sites)
      : kind_(kind), image_(image), frames_(frames), sites_(sites) {}

  /// `resident`: what of it was in RAM.
  void add(const replay::LiveBlock& block, std::optional<std::uint64_t> resident);
  /// Rows with the most bytes first; their counts and bytes add up to those of all blocks.
  std::vector<HeapRow> rows() const;

 private:
  struct Group {
    std::uint64_t count = 0, bytes = 0;
    std::optional<std::uint64_t> resident;
  };
  /// What blocks have in common; not every kind needs all of it.
  struct Key {
    std::uint64_t number = 0;  ///< stack, size or thread
    std::uint64_t bytes = 0;   ///< of each
    bool is_mapping = false;
    auto operator<=>(const Key&) const = default;
  };
  /// A row without counts, and where it is: what tells rows of one name apart.
  struct Described {
    HeapRow row;
    Sites::Place place;
  };
  Described describe(const Key& of) const;
  Described describe_type(const Key& of) const;
  HeapRow describe_site(const Sites::Charged& charged) const;
  bool has_debug_information(NodeId node) const;

  HeapKind kind_;
  const replay::Image& image_;
  FrameSource& frames_;
  Sites& sites_;
  std::map<Key, Group> groups_;
};

}  // namespace memline::model
