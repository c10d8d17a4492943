/// \file StackTable: from the hash of a whole stack to the id under which it was recorded. One per lane.
///
/// Open addressing in memory of its own, which it maps and lets go; never the program's heap. Where it cannot grow it
/// starts empty again: stacks are then recorded a second time, under new ids, and nothing is lost.
#pragma once

#include <cstddef>
#include <cstdint>

namespace memline::capture {

class StackTable {
 public:
  /// 0: not known.
  std::uint32_t find(std::uint64_t hash) const noexcept {
    if (slots_ == nullptr) [[unlikely]]
      return 0;
    for (std::size_t i = hash & mask_;; i = (i + 1) & mask_) {
      if (is_empty(slots_[i])) return 0;
      if (slots_[i].hash == hash) return slots_[i].id;
    }
  }

  /// `hash` is not in the table, `id` is not 0. `may_grow` false: no system call.
  void insert(std::uint64_t hash, std::uint32_t id, bool may_grow) noexcept;
  /// Takes no longer in a large table than in a small one: every dlclose empties every lane's.
  void clear() noexcept;
  /// Gives the memory back.
  void release() noexcept;

  std::size_t size() const noexcept { return used_; }

 private:
  struct Slot {
    std::uint64_t hash;
    std::uint32_t id;
    std::uint32_t filling;  ///< what was put in before the last clear() is not there; fresh memory is 0
  };
  static constexpr std::size_t kFirstSlots = 1024;
  static constexpr std::size_t kMostSlots = std::size_t{1} << 26;

  bool is_empty(const Slot& slot) const noexcept { return slot.filling != filling_; }
  bool grow() noexcept;
  void place(std::uint64_t hash, std::uint32_t id) noexcept;

  Slot* slots_ = nullptr;
  std::size_t mask_ = 0;
  std::size_t used_ = 0;
  std::uint32_t filling_ = 0;  ///< at least 1 where there are slots
};

}  // namespace memline::capture
