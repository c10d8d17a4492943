/// \file OpenPeaks: the maximum of a series since each of several moments.
///
/// A value costs O(1), whatever number of moments is being followed: it only raises the entry of the latest moment,
/// and an entry that is closed hands its maximum to the one before. Asking costs O(moments after it). One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace memline::model {

class OpenPeaks {
 public:
  using Handle = std::uint64_t;

  /// A moment at which the series has `value`, which counts.
  Handle open(std::int64_t value);
  void add(std::int64_t value);
  /// Of a moment that is open.
  std::int64_t highest(Handle handle) const;
  /// Its maximum; it is followed no longer.
  std::int64_t close(Handle handle);

 private:
  struct Entry {
    Handle handle = 0;
    std::int64_t highest = 0;  ///< from its moment to the next entry's
  };
  std::size_t index_of(Handle handle) const;

  std::vector<Entry> entries_;  ///< in the order of time
  Handle next_ = 0;
};

}  // namespace memline::model
