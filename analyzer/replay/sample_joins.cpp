#include "replay/sample_joins.h"

#include <algorithm>
#include <type_traits>

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

  NodeId join(NodeId sample, NodeId event) {
    frames_.clear();
    for (NodeId at = sample; stacks_.is_frame(at); at = stacks_.node(at).parent) frames_.push_back(at);
    if (frames_.empty()) return sample;
    const NodeId outermost = frames_.back();
    NodeId caller = best_in(event, outermost);
    if (caller.none()) caller = only_caller(outermost);
    return caller.none() ? sample : graft(caller);
  }

 private:
  std::uint64_t frame_key(const Node& node) const { return (std::uint64_t{node.module.value} << 48) ^ node.offset; }

  void index_whole_stacks() {
    for (std::size_t i = kFirstFrameNode; i < stacks_.size(); ++i) {
      const Node& node = stacks_.node(NodeId{i});
      if (node.exact || node.named >= 0 || node.end == trace::StackEnd::kCopyEnd) continue;
      const auto [entry, is_new] = callers_.try_emplace(frame_key(node), node.parent);
      if (!is_new && entry->second != node.parent) entry->second = NodeId{};
    }
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

  NodeId only_caller(NodeId outermost) const {
    const auto found = callers_.find(frame_key(stacks_.node(outermost)));
    return found == callers_.end() ? NodeId{} : found->second;
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
  std::unordered_map<std::uint64_t, NodeId> callers_;  ///< of a frame in whole stacks; none(): they differ
  std::vector<NodeId> frames_;                         ///< of the sample at hand, the innermost first
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
  std::vector<NodeId> last(image.threads.size() + 1, kUnknownStack);  ///< by thread, and one for those not known
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
        const NodeId event = last[thread.none() ? image.threads.size() : thread.index()];
        if (!image.sample_joins.known(sample, event)) {
          image.sample_joins.add(sample, event, joiner.join(sample, event));
        }
      } else if constexpr (kIsEventWithStack<Record>) {
        const NodeId stack = stacks.find(record.stack);
        if (!threads[*lane].none() && stack != kUnknownStack) last[threads[*lane].index()] = stack;
      }
    });
  }
}

}  // namespace memline::replay
