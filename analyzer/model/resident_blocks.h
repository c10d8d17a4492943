/// \file ResidentBlocks: how much of each live block was in RAM around one moment.
///
/// What is in RAM was looked at now and then only. A block that is live at the moment is taken as it was in the next
/// look after it or in the last one before, whichever is preferred, or in the other where it was not live in the
/// preferred one. Bytes of a block are in RAM where their page is; pages that blocks share are so divided among them.
/// Observes one replay of the whole image; memory: one entry a live block and look.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "replay/change.h"
#include "replay/recording.h"
#include "replay/replay.h"

namespace memline::model {

class ResidentBlocks : public replay::Observer {
 public:
  /// At the peak; `peak_look` as PeakLook gives it.
  static ResidentBlocks at_peak(const replay::Image& image, std::uint64_t ticks,
                                std::optional<std::uint64_t> peak_look);
  static ResidentBlocks at_end(const replay::Image& image);
  /// At any other moment: as in the nearest look.
  static ResidentBlocks at(const replay::Image& image, std::uint64_t ticks);

  bool wants_changes() override { return false; }
  bool wants_look(std::uint64_t ticks) override;
  void on_look(const replay::ResidentLook& look, const replay::LiveMemory& memory) override;

  /// Bytes in RAM of a block that was live at the moment; nullopt: nobody looked while it lived.
  std::optional<std::uint64_t> find(const replay::LiveBlock& block) const;
  /// Seconds from the moment to the look that is preferred; nullopt: there is none.
  std::optional<double> seconds_to_look() const;

 private:
  /// The times of the last look up to a moment and of the next one after it.
  struct Around {
    std::optional<std::uint64_t> before, after;
  };
  struct Entry {
    std::uint64_t address = 0, acquired_ticks = 0, resident_bytes = 0;
    replay::BlockKind kind = replay::BlockKind::kHeap;
  };
  struct Look {
    std::optional<std::uint64_t> ticks;
    std::vector<Entry> entries;  ///< sorted by Order, once it was seen
  };
  static Around around(const replay::Image& image, std::uint64_t ticks);
  ResidentBlocks(const replay::Image& image, std::uint64_t ticks, std::optional<std::uint64_t> first,
                 std::optional<std::uint64_t> second)
      : image_(image), ticks_(ticks), first_{first, {}}, second_{second, {}} {}
  static std::optional<std::uint64_t> find_in(const Look& look, const replay::LiveBlock& block);
  void read(Look& into, const replay::ResidentLook& look, const replay::LiveMemory& memory) const;

  const replay::Image& image_;
  std::uint64_t ticks_;
  Look first_, second_;  ///< in order of preference
};

}  // namespace memline::model
