/// \file BlockFilter: which live blocks were acquired by the events that an EventFilter lets through.
///
/// Threads are known from the block. A block says when it was acquired, but not whether that was inside the span; so a
/// span filter watches the filtered events of one replay first, and remembers in which stretches of time each thread
/// acquired something inside the span.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "replay/change.h"
#include "replay/recording.h"
#include "replay/replay.h"

namespace memline::model {

class BlockFilter : public replay::Observer {
 public:
  /// Both must outlive it.
  BlockFilter(const replay::Image& image, const replay::EventFilter& filter);

  /// Lets every block through.
  bool passes_all() const { return filter_.threads.empty() && !filter_.span; }
  /// It must observe a whole filtered replay before contains() can be asked.
  bool needs_events() const { return filter_.span.has_value(); }
  void on_change(const replay::Change& change) override;
  bool contains(const replay::LiveBlock& block) const;

 private:
  static constexpr std::size_t kNoSpan = static_cast<std::size_t>(-1);
  struct Stretch {
    std::size_t span = kNoSpan;
    std::uint64_t first_ticks = 0, last_ticks = 0;
  };
  std::size_t newest_span(std::uint64_t ticks);

  const replay::Image& image_;
  const replay::EventFilter& filter_;
  std::vector<std::size_t> spans_;               ///< of that name, in order of their beginning
  std::size_t begun_ = 0;                        ///< how many of them have begun
  std::vector<std::size_t> active_;              ///< begun and not ended, the newest last
  std::vector<std::vector<Stretch>> stretches_;  ///< by thread, in order of time
};

}  // namespace memline::model
