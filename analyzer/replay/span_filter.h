/// \file SpanFilter: which threads are inside a span of a given name at each moment.
///
/// A thread is inside while a span that it began or attached to is open and has that name, or was begun inside of one
/// that has. One thread at a time.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/strong_id.h"
#include "memline/trace_format.h"

namespace memline::replay {

class SpanFilter {
 public:
  explicit SpanFilter(std::string name) : name_(std::move(name)) {}

  bool inside(ThreadId thread) const { return thread.index() < tokens_.size() && !tokens_[thread.index()].empty(); }

  void on(ThreadId thread, const trace::SpanBegin& span) {
    if (span.name != name_ && open_.count(span.parent) == 0) return;
    open_.insert(span.token);
    enter(thread, span.token);
  }
  void on(ThreadId thread, const trace::SpanAttach& span) {
    if (open_.count(span.token) != 0) enter(thread, span.token);
  }
  void on(ThreadId thread, const trace::SpanDetach& span) {
    if (thread.index() < tokens_.size()) leave(tokens_[thread.index()], span.token);
  }
  /// Whoever ends it: nobody is inside any more.
  void on(ThreadId /*thread*/, const trace::SpanEnd& span) {
    if (open_.erase(span.token) == 0) return;
    for (std::vector<std::uint64_t>& tokens : tokens_) std::erase(tokens, span.token);
  }

 private:
  void enter(ThreadId thread, std::uint64_t token) {
    if (thread.index() >= tokens_.size()) tokens_.resize(thread.index() + 1);
    tokens_[thread.index()].push_back(token);
  }
  static void leave(std::vector<std::uint64_t>& tokens, std::uint64_t token) {
    const auto found = std::find(tokens.rbegin(), tokens.rend(), token);
    if (found != tokens.rend()) tokens.erase(std::next(found).base());
  }

  std::string name_;
  std::unordered_set<std::uint64_t> open_;          ///< matching tokens that have not ended
  std::vector<std::vector<std::uint64_t>> tokens_;  ///< by thread: the matching spans it is in
};

}  // namespace memline::replay
