/// \file ResidentWatch: looks now and then at which pages of the process are in RAM, and writes that to the trace.
///
/// When: at the end, at marks, before a large block is given back, and when the resident set has grown by more than what
/// tables may be off. What looks cost (time, and bytes of the trace) is held to a hundredth of the running time, but for
/// the one at the end and those that find the process a quarter larger than any before. One look at a time; whoever
/// finds another at it goes on without.
/// Any thread, signal handlers included; no heap, no errno, nothing between stop() and resume().
#pragma once

#include <atomic>
#include <cstdint>

#include "descriptor.h"
#include "lane.h"

namespace memline::capture {

class ResidentWatch {
 public:
  /// Blocks from this size on are worth a question before they are given back.
  static constexpr std::uint64_t kLargeRelease = std::uint64_t{256} << 10;

  /// In the process that is to be looked at: what was open belongs to a parent.
  void start(std::uint64_t now_ns) noexcept;
  /// No look begins from here on, and one that is under way breaks off soon: is_busy() says so.
  void stop() noexcept { on_.store(false, std::memory_order_relaxed); }
  void resume() noexcept { on_.store(true, std::memory_order_relaxed); }
  bool is_busy() const noexcept { return busy_.load(std::memory_order_acquire); }
  /// Stops, and gives the descriptors back.
  void leave() noexcept;
  bool is_on() const noexcept { return on_.load(std::memory_order_relaxed); }

  /// The process has just been found to occupy `rss_pages`: looks, if that is clearly more than at any look before.
  void grown(Lane& lane, std::uint64_t rss_pages) noexcept;
  /// `bytes` are about to be given back.
  void releasing(Lane& lane, std::uint64_t bytes, std::uint64_t rss_pages) noexcept;
  /// Whether releasing() may be called again: it asks the kernel for the RSS, so not too often.
  bool may_ask(std::uint64_t ticks) noexcept;
  /// At a mark; at the end.
  void look(Lane& lane, trace::LookReason reason, std::uint64_t rss_pages, bool whatever_it_costs) noexcept;

 private:
  bool affordable(std::uint64_t now_ns) noexcept;

  std::atomic<bool> on_{false};
  std::atomic<bool> busy_{false};
  std::atomic<std::uint64_t> next_question_{0};
  std::atomic<std::uint64_t> most_pages_{0};       ///< at any look so far
  std::atomic<std::uint64_t> last_pages_{0};       ///< at the last one
  std::atomic<std::uint64_t> largest_release_{0};  ///< of those that were looked at
  // of whoever is busy
  std::int64_t credit_ns_ = 0;
  std::uint64_t credited_ns_ = 0;  ///< up to when
  HighDescriptor maps_, pagemap_, status_;
};

}  // namespace memline::capture
