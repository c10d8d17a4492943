#include "model/thread_choice.h"

#include <algorithm>
#include <cstdint>
#include <optional>

#include "base/parse_number.h"
#include "symbols/name_match.h"

namespace memline::model {
namespace {

/// Distinct texts in the order of their first appearance, the first few of them.
class ShortList {
 public:
  void add(const std::string& text) {
    if (std::find(texts_.begin(), texts_.end(), text) != texts_.end()) return;
    if (texts_.size() < kMost) {
      texts_.push_back(text);
    } else {
      more_ = true;
    }
  }
  std::string joined() const {
    if (texts_.empty()) return "none";
    std::string all;
    for (const std::string& text : texts_) all += (all.empty() ? "" : ", ") + text;
    return more_ ? all + ", ..." : all;
  }

 private:
  static constexpr std::size_t kMost = 8;
  std::vector<std::string> texts_;
  bool more_ = false;
};

}  // namespace

std::vector<ThreadId> find_threads(const replay::Image& image, std::string_view wanted) {
  std::vector<ThreadId> found;
  const std::vector<replay::Thread>& threads = image.threads;
  const auto add_all = [&](const auto& is_meant) {
    for (std::size_t i = 0; i < threads.size(); ++i) {
      if (is_meant(threads[i])) found.push_back(ThreadId{i});
    }
  };
  const auto add_index = [&](std::uint64_t index) {
    if (index < threads.size()) found.push_back(ThreadId{static_cast<std::size_t>(index)});
  };
  if (wanted.starts_with('#')) {
    if (const auto index = parse_number<std::uint64_t>(wanted.substr(1))) add_index(*index);
    if (!found.empty()) return found;
  }
  if (const auto number = parse_number<std::uint64_t>(wanted)) {
    add_all([&](const replay::Thread& thread) { return thread.tid == *number; });
    if (found.empty()) add_index(*number);
    if (!found.empty()) return found;
  }
  add_all(
      [&](const replay::Thread& thread) { return thread.name == wanted || symbols::glob_match(wanted, thread.name); });
  return found;
}

std::string thread_label(const replay::Image& image, ThreadId thread) {
  if (thread.none() || thread.index() >= image.threads.size()) return "(unknown thread)";
  const replay::Thread& known = image.threads[thread.index()];
  const std::string name = known.name.empty() ? "thread" : known.name;
  return name + " (#" + std::to_string(thread.index()) + ", tid " + std::to_string(known.tid) + ")";
}

std::string list_threads(const replay::Image& image) {
  ShortList list;
  for (std::size_t i = 0; i < image.threads.size(); ++i) list.add(thread_label(image, ThreadId{i}));
  return list.joined();
}

std::string list_spans(const replay::Image& image) {
  ShortList list;
  for (const replay::Span& span : image.spans) list.add("'" + span.name + "'");
  return list.joined();
}

std::string list_marks(const replay::Image& image) {
  ShortList list;
  for (const replay::Mark& mark : image.marks) {
    if (!mark.asks_for_block()) list.add("'" + mark.name + "'");
  }
  return list.joined();
}

}  // namespace memline::model
