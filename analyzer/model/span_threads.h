/// \file SpanThreads: which open spans each thread is at work for.
///
/// A thread works for the spans that it began or attached to, as long as these are open, and for those inside of which
/// they were begun (the rule of replay/span_filter.h). Memory: a few numbers a span. One thread at a time.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "base/strong_id.h"

namespace memline::model {

class SpanThreads {
 public:
  /// Spans are named by their tokens; `parent` 0 is none.
  void begin(ThreadId thread, std::uint64_t token, std::uint64_t parent) {
    spans_[token] = {parent, true, 0};
    attach(thread, token);
  }
  /// Whoever ends it: nobody works for it any more.
  void end(std::uint64_t token) {
    const auto found = spans_.find(token);
    if (found == spans_.end()) return;
    found->second.open = false;
    for (std::vector<std::uint64_t>& tokens : entered_) std::erase(tokens, token);
  }
  void attach(ThreadId thread, std::uint64_t token) {
    const auto found = spans_.find(token);
    if (thread.none() || found == spans_.end() || !found->second.open) return;
    if (entered_.size() <= thread.index()) entered_.resize(thread.index() + 1);
    entered_[thread.index()].push_back(token);
  }
  void detach(ThreadId thread, std::uint64_t token) {
    if (thread.none() || thread.index() >= entered_.size()) return;
    std::vector<std::uint64_t>& tokens = entered_[thread.index()];
    const auto found = std::find(tokens.rbegin(), tokens.rend(), token);
    if (found != tokens.rend()) tokens.erase(std::next(found).base());
  }

  /// Each span that the thread works for, once.
  template <class Visit>
  void for_each_span(ThreadId thread, const Visit& visit) {
    if (thread.none() || thread.index() >= entered_.size()) return;
    ++visits_;
    for (const std::uint64_t entered : entered_[thread.index()]) {
      // a damaged trace may name parents in a circle
      for (auto at = spans_.find(entered); at != spans_.end() && at->second.visit != visits_;
           at = spans_.find(at->second.parent)) {
        at->second.visit = visits_;
        if (at->second.open) visit(at->first);
      }
    }
  }

 private:
  struct Span {
    std::uint64_t parent = 0;
    bool open = false;
    std::uint64_t visit = 0;  ///< the last for_each_span() that came here
  };

  std::unordered_map<std::uint64_t, Span> spans_;    ///< by token; also those that have ended, which may be parents
  std::vector<std::vector<std::uint64_t>> entered_;  ///< by thread: the open spans that it began or attached to
  std::uint64_t visits_ = 0;
};

}  // namespace memline::model
