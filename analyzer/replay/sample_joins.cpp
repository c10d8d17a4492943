#include "replay/sample_joins.h"

#include <algorithm>
#include <deque>
#include <span>
#include <type_traits>
#include <unordered_set>
#include <utility>

#include "replay/recording.h"
#include "trace/merged_reader.h"
#include "trace/trace_file.h"

namespace memline::replay {
namespace {

bool same_frame(const Node& a, const Node& b) {
  return a.module == b.module && a.offset == b.offset && a.exact == b.exact && a.named < 0 && b.named < 0;
}

class Joiner {
 public:
  explicit Joiner(StackTable& stacks) : stacks_(stacks) { index_whole_stacks(); }

  /// Whether any event's stack has the sample's outermost frame: else nothing can explain it.
  bool may_join(NodeId sample) {
    NodeId outermost = sample;
    while (stacks_.is_frame(stacks_.node(outermost).parent)) outermost = stacks_.node(outermost).parent;
    find_callers(outermost);
    return !callers_here_.empty();
  }

  NodeId join(NodeId sample, NodeId event) {
    frames_.clear();
    for (NodeId at = sample; stacks_.is_frame(at); at = stacks_.node(at).parent) frames_.push_back(at);
    if (frames_.empty()) return sample;
    const NodeId outermost = frames_.back();
    find_callers(outermost);
    if (callers_here_.empty()) return sample;
    NodeId caller = best_in(event, outermost);
    if (caller.none()) caller = known_caller(event);
    return caller.none() ? sample : graft(caller);
  }

 private:
  std::uint64_t frame_key(const Node& node) const { return (std::uint64_t{node.module.value} << 48) ^ node.offset; }

  void index_whole_stacks() {
    std::unordered_set<std::uint64_t> wanted;  // the outermost frames of cut stacks
    for (std::size_t i = kFirstFrameNode; i < stacks_.size(); ++i) {
      const Node& node = stacks_.node(NodeId{i});
      if (node.end == trace::StackEnd::kCopyEnd && !stacks_.is_frame(node.parent)) wanted.insert(frame_key(node));
    }
    for (std::size_t i = kFirstFrameNode; i < stacks_.size(); ++i) {
      const Node& node = stacks_.node(NodeId{i});
      if (node.exact || node.named >= 0 || node.end == trace::StackEnd::kCopyEnd) continue;
      if (wanted.count(frame_key(node)) != 0) callers_.push_back({frame_key(node), node.parent});
    }
    std::sort(callers_.begin(), callers_.end());
    callers_.erase(std::unique(callers_.begin(), callers_.end()), callers_.end());
  }

  /// The caller of the frame in the event's stack that most of the sample's frames follow inwards.
  NodeId best_in(NodeId event, NodeId outermost) const {
    std::vector<NodeId> inner;  // of the event's stack, from the inside
    NodeId best;
    std::size_t most = 0;
    for (NodeId at = event; stacks_.is_frame(at); at = stacks_.node(at).parent) {
      inner.push_back(at);
      if (!same_frame(stacks_.node(at), stacks_.node(outermost))) continue;
      std::size_t alike = 1;
      while (alike < inner.size() && alike < frames_.size() &&
             same_frame(stacks_.node(inner[inner.size() - 1 - alike]),
                        stacks_.node(frames_[frames_.size() - 1 - alike]))) {
        ++alike;
      }
      if (alike > most) {
        most = alike;
        best = stacks_.node(at).parent;
      }
    }
    return best;
  }

  /// Of the stacks that call the frame, the only one; else the innermost in which the event's activations stand: a
  /// function that has gone on to another call since then is still called from where it was.
  NodeId known_caller(NodeId event) const {
    if (callers_here_.size() == 1) return callers_here_.front().second;
    for (NodeId at = event; stacks_.is_frame(at); at = stacks_.node(at).parent) {
      if (std::binary_search(callers_here_.begin(), callers_here_.end(), Caller{callers_here_.front().first, at})) {
        return at;
      }
    }
    return {};
  }

  void find_callers(NodeId outermost) {
    const std::uint64_t key = frame_key(stacks_.node(outermost));
    const auto first = std::lower_bound(callers_.begin(), callers_.end(), Caller{key, NodeId{std::size_t{0}}});
    const auto last = std::upper_bound(first, callers_.end(), Caller{key, NodeId{}});
    callers_here_ = {first, last};
  }

  NodeId graft(NodeId caller) {
    NodeId node = caller;
    for (auto frame = frames_.rbegin(); frame != frames_.rend(); ++frame) {
      const Node copy = stacks_.node(*frame);
      node = stacks_.child(node, copy.module, copy.offset, copy.exact);
    }
    return node;
  }

  StackTable& stacks_;
  using Caller = std::pair<std::uint64_t, NodeId>;  ///< a frame's key, and a whole stack that it was called in
  std::vector<Caller> callers_;                     ///< in order
  std::vector<NodeId> frames_;                      ///< of the sample at hand, the innermost first
  std::span<const Caller> callers_here_;            ///< of its outermost frame
};

/// The last stacks of a thread's events, and its samples that the newest of them does not explain. While a process has
/// one thread its events carry the time of the last look at the clock, so that a sample's neighbours are not known: the
/// one that it belongs to is the thread's next event, or one of some before.
class Neighbours {
 public:
  NodeId last() const { return recent_.empty() ? kUnknownStack : recent_.back(); }
  void add_unjoined(NodeId sample) {
    if (std::find(unjoined_.begin(), unjoined_.end(), sample) == unjoined_.end()) unjoined_.push_back(sample);
  }
  void add_event(NodeId stack, Joiner& joiner, SampleJoins& joins) {
    for (const NodeId sample : unjoined_) {
      NodeId whole = joiner.join(sample, stack);
      for (auto at = recent_.rbegin(); whole == sample && at != recent_.rend(); ++at) whole = joiner.join(sample, *at);
      if (whole != sample || ++failures_[sample] > kMostTries) joins.add(sample, last(), whole);
    }
    unjoined_.clear();
    if (last() == stack) return;
    if (recent_.size() == kMost) recent_.pop_front();
    recent_.push_back(stack);
  }

 private:
  static constexpr std::size_t kMost = 256;
  static constexpr std::uint32_t kMostTries = 1000;
  std::deque<NodeId> recent_;     ///< the newest last
  std::vector<NodeId> unjoined_;  ///< since the last event, distinct
  std::unordered_map<NodeId, std::uint32_t> failures_;
};

}  // namespace

NodeId SampleJoins::find(NodeId sample, NodeId event) const {
  const auto found = joined_.find(key(sample, event));
  return found == joined_.end() ? sample : found->second;
}

TidTable::TidTable(const Image& image) {
  for (std::size_t i = 0; i < image.threads.size(); ++i) {
    uses_[image.threads[i].tid].push_back({image.threads[i].first_ticks, ThreadId{i}});
  }
  for (auto& [tid, uses] : uses_) {
    std::sort(uses.begin(), uses.end(), [](const Use& a, const Use& b) { return a.first_ticks < b.first_ticks; });
  }
}

ThreadId TidTable::find(std::uint32_t tid, std::uint64_t ticks) const {
  const auto found = uses_.find(tid);
  if (found == uses_.end()) return {};
  // a thread may well be sampled before its first event
  ThreadId thread = found->second.front().thread;
  for (const Use& use : found->second) {
    if (use.first_ticks <= ticks) thread = use.thread;
  }
  return thread;
}

void join_samples(const trace::TraceFile& file, Image& image) {
  bool any = false;
  for (std::size_t i = kFirstFrameNode; i < image.stacks.size() && !any; ++i)
    any = is_cut_sample(image.stacks, NodeId{i});
  if (!any) return;
  Joiner joiner(image.stacks);
  const TidTable tids(image);
  trace::MergedReader reader(file, image.number, nullptr, nullptr);
  std::vector<ThreadId> threads(reader.lane_count());
  std::vector<Neighbours> neighbours(image.threads.size() + 1);  ///< by thread, and one for those not known
  while (const auto lane = reader.next()) {
    trace::LaneReader& records = reader.lane(*lane);
    const auto found = image.lane_stacks.find(records.lane());
    if (found == image.lane_stacks.end()) {
      records.take([](const auto&) {});
      continue;
    }
    const LaneStacks& stacks = found->second;
    records.take([&]<class Record>(const Record& record) {
      constexpr bool kIsSample = std::is_same_v<Record, trace::Sample> || std::is_same_v<Record, trace::PageFault>;
      if constexpr (std::is_same_v<Record, trace::Thread>) {
        threads[*lane] = record.thread < image.threads.size() ? ThreadId{std::size_t{record.thread}} : ThreadId{};
      } else if constexpr (kIsSample) {
        const NodeId sample = stacks.find(record.stack);
        if (!is_cut_sample(image.stacks, sample)) return;
        const ThreadId thread = tids.find(record.tid, record.time);
        Neighbours& around = neighbours[thread.none() ? image.threads.size() : thread.index()];
        if (image.sample_joins.known(sample, around.last())) return;
        const NodeId whole = joiner.join(sample, around.last());
        if (whole == sample && joiner.may_join(sample)) {
          around.add_unjoined(sample);
        } else {
          image.sample_joins.add(sample, around.last(), whole);
        }
      } else if constexpr (kIsEventWithStack<Record>) {
        const NodeId stack = stacks.find(record.stack);
        if (threads[*lane].none() || stack == kUnknownStack) return;
        neighbours[threads[*lane].index()].add_event(stack, joiner, image.sample_joins);
      }
    });
  }
}

}  // namespace memline::replay
