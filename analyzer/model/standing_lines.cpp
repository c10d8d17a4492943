#include "model/standing_lines.h"

#include <algorithm>

#include "symbols/c_library.h"

namespace memline::model {

StandingLines::StandingLines(FrameSource& frames, std::span<const FunctionId> functions) : frames_(frames) {
  // The whole functions come first, so that their slots exist even without events.
  for (std::size_t i = 0; i < functions.size(); ++i) {
    chosen_[functions[i]].push_back(i);
    find_slot(i, true, {}, 0);
    const ModuleId module = frames_.function(functions[i]).module;
    any_in_c_library_ = any_in_c_library_ || (!module.none() && symbols::is_c_library(frames_.module_file(module)));
  }
}

bool StandingLines::may_concern(ModuleId module) {
  if (module.none() || any_in_c_library_) return true;
  if (concerned_.size() <= module.index()) concerned_.resize(module.index() + 1, Known::kNotYet);
  Known& known = concerned_[module.index()];
  if (known == Known::kNotYet) {
    known = symbols::is_c_library(frames_.module_file(module)) ? Known::kNo : Known::kYes;
  }
  return known == Known::kYes;
}

std::uint32_t StandingLines::make_list_of(NodeId stack) {
  if (list_by_node_.size() <= stack.index()) list_by_node_.resize(std::max(frames_.node_count(), stack.index() + 1));
  path_.clear();
  NodeId node = stack;
  while (!node.none() && list_by_node_[node.index()] == 0) {
    path_.push_back(node);
    node = frames_.parent(node);
  }
  std::uint32_t list = node.none() ? 0 : list_by_node_[node.index()] - 1;
  for (auto inner = path_.rbegin(); inner != path_.rend(); ++inner) {
    list = extend(list, *inner);
    list_by_node_[inner->index()] = list + 1;
  }
  return list;
}

std::vector<std::uint32_t> StandingLines::innermost_slots(NodeId stack) {
  std::vector<std::uint32_t> slots;
  const std::span<const symbols::Frame> frames = frames_.frames(stack);
  if (frames.empty()) return slots;
  const symbols::Frame& frame = frames.front();
  for (const std::size_t function : functions_of(frame.function)) {
    slots.push_back(find_slot(function, true, {}, 0));
    slots.push_back(find_line_slot(function, frame));
  }
  return slots;
}

std::uint32_t StandingLines::find_line_slot(std::size_t function, const symbols::Frame& frame) {
  const bool has_line = frame.line != 0 && !frame.file.none();
  return find_slot(function, false, has_line ? frame.file : FileId{}, has_line ? frame.line : 0);
}

std::uint32_t StandingLines::extend(std::uint32_t callers_list, NodeId node) {
  if (!may_concern(frames_.module(node))) return callers_list;
  const std::span<const symbols::Frame> frames = frames_.frames(node);
  const bool concerned = std::any_of(frames.begin(), frames.end(), [this](const symbols::Frame& frame) {
    return !functions_of(frame.function).empty();
  });
  if (!concerned) return callers_list;

  const NodeId caller = frames_.parent(node);
  Around around{callers_list, 0, caller};
  if (!functions_of(frames.back().function).empty() && goes_on_from(caller, frames.back())) {
    around = around_innermost(caller);
    around_[node] = around;
  }
  return add_frames(around, frames).list;
}

bool StandingLines::goes_on_from(NodeId caller, const symbols::Frame& rest) const {
  if (caller.none()) return false;
  const std::span<const symbols::Frame> frames = frames_.frames(caller);
  return !frames.empty() && frames.front().function == rest.function &&
         symbols::is_same_call(frames.front().copy, rest.copy);
}

StandingLines::Around StandingLines::around_innermost(NodeId node) {
  const auto [entry, is_new] = around_innermost_.try_emplace(node);
  if (!is_new) return entry->second;
  const NodeId caller = frames_.parent(node);
  const auto known = around_.find(node);
  const Around outermost =
      known != around_.end() ? known->second : Around{caller.none() ? 0 : list_by_node_[caller.index()] - 1, 0, caller};
  return entry->second = add_frames(outermost, frames_.frames(node).subspan(1));
}

StandingLines::Around StandingLines::add_frames(Around around, std::span<const symbols::Frame> frames) {
  std::vector<Standing> list = lists_[around.list];
  const std::size_t before = list.size();
  const auto add = [&list](const Standing& standing) {
    const auto same = [&standing](const Standing& other) { return other.slot == standing.slot; };
    if (std::none_of(list.begin(), list.end(), same)) list.push_back(standing);
  };
  for (auto frame = frames.rbegin(); frame != frames.rend(); ++frame) {
    for (const std::size_t function : functions_of(frame->function)) {
      add({find_slot(function, true, {}, 0), around.chain, around.caller});
      add({find_line_slot(function, *frame), around.chain, around.caller});
    }
    around.chain = inner_chain(around.chain, *frame);
  }
  if (list.size() == before) return around;
  lists_.push_back(std::move(list));
  around.list = static_cast<std::uint32_t>(lists_.size() - 1);
  return around;
}

const std::vector<std::size_t>& StandingLines::functions_of(FunctionId id) {
  if (id.none()) return no_functions_;
  if (functions_of_.size() <= id.index()) functions_of_.resize(id.index() + 1);
  ChosenOf& of = functions_of_[id.index()];
  if (of.known) return of.functions;
  of.known = true;
  // A damaged file may enclose functions in a circle.
  int left = 64;
  for (FunctionId at = id; !at.none() && left > 0; at = frames_.function(at).enclosing, --left) {
    const auto chosen = chosen_.find(at);
    if (chosen != chosen_.end()) of.functions.insert(of.functions.end(), chosen->second.begin(), chosen->second.end());
  }
  return of.functions;
}

std::uint32_t StandingLines::find_slot(std::size_t function, bool whole, FileId file, std::uint32_t line) {
  const auto [entry, is_new] =
      slot_index_.try_emplace({function, whole, file, line}, static_cast<std::uint32_t>(slots_.size()));
  if (is_new) slots_.push_back({function, whole, file, line});
  return entry->second;
}

std::uint32_t StandingLines::inner_chain(std::uint32_t outer, const symbols::Frame& frame) {
  const auto next = static_cast<std::uint32_t>(chains_.size() + 1);
  return chains_.try_emplace({outer, frame.function, frame.file, frame.line}, next).first->second;
}

}  // namespace memline::model
