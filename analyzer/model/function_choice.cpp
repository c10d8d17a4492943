#include "model/function_choice.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "model/cost_pass.h"
#include "model/frame_source.h"
#include "model/frames_ahead.h"
#include "model/path_pattern.h"
#include "model/profile_notes.h"
#include "model/sites.h"
#include "symbols/name_match.h"

namespace memline::model {
namespace {

constexpr int kMostNesting = 64;  // a damaged file may enclose functions in a circle
constexpr std::size_t kMostSuggestions = 5;

/// Calls visit(frame) for the frames of all stacks that are in functions.
template <class Visit>
void for_each_frame(FrameSource& frames, Visit visit) {
  std::vector<NodeId> nodes;
  nodes.reserve(frames.node_count());
  for (std::size_t node = 0; node < frames.node_count(); ++node) nodes.emplace_back(node);
  frames.prepare(nodes);
  for (std::size_t node = 0; node < frames.node_count(); ++node) {
    for (const symbols::Frame& frame : frames.frames(NodeId{node})) {
      if (!frame.function.none()) visit(frame);
    }
  }
}

std::set<FunctionId> functions_on_stacks(FrameSource& frames) {
  std::set<FunctionId> seen;
  for_each_frame(frames, [&](const symbols::Frame& frame) { seen.insert(frame.function); });
  return seen;
}

void look_at_modules(Profile& profile) {
  FrameSource& frames = profile.frames();
  std::vector<bool> seen(profile.image().modules.size());
  for (std::size_t node = 0; node < frames.node_count(); ++node) {
    const ModuleId module = frames.module(NodeId{node});
    if (module.none() || module.index() >= seen.size() || seen[module.index()]) continue;
    seen[module.index()] = true;
    profile.symbolizer().look_at(module);
  }
}

bool is_written_in_one_of(FrameSource& frames, FunctionId id, const std::vector<FunctionId>& functions) {
  int left = kMostNesting;
  for (FunctionId at = frames.function(id).enclosing; !at.none() && left > 0; --left) {
    if (std::find(functions.begin(), functions.end(), at) != functions.end()) return true;
    at = frames.function(at).enclosing;
  }
  return false;
}

/// By place in the source, each once, without those that are rows of another one.
std::vector<FunctionId> in_order(FrameSource& frames, std::vector<FunctionId> functions) {
  const auto place = [&frames](FunctionId id) {
    const symbols::Function& function = frames.function(id);
    return std::tuple(function.file.none(), function.file.none() ? "" : frames.file(function.file), function.decl_line,
                      function.signature, id);
  };
  std::sort(functions.begin(), functions.end());
  functions.erase(std::unique(functions.begin(), functions.end()), functions.end());
  std::sort(functions.begin(), functions.end(), [&](FunctionId a, FunctionId b) { return place(a) < place(b); });
  const std::vector<FunctionId> all = functions;
  std::erase_if(functions, [&](FunctionId id) { return is_written_in_one_of(frames, id, all); });
  return functions;
}

std::string unknown_name_message(Profile& profile, const std::vector<ModuleId>& modules, const std::string& wanted) {
  std::string message = "there is no function '" + wanted + "'";
  const std::vector<std::string> nearest = profile.symbolizer().nearest_names(modules, wanted, kMostSuggestions);
  for (std::size_t i = 0; i < nearest.size(); ++i) message += (i == 0 ? "; did you mean " : ", ") + nearest[i];
  if (!nearest.empty()) message += "?";
  for (const ModuleId module : modules) {
    if (!profile.image().modules[module.index()].main_executable) continue;
    const symbols::NoLine state = profile.symbolizer().module_state(module);
    if (state != symbols::NoLine::kNone) {
      message += " (the program's own functions are not known: " + std::string{symbols::to_string(state)} + ")";
    }
  }
  for (const std::string& note : split_notes(profile.symbolizer().split_faults())) message += " (" + note + ")";
  return message;
}

Result<FunctionGroup> choose_by_name(Profile& profile, const std::set<FunctionId>& seen, const std::string& wanted) {
  std::vector<ModuleId> modules;
  for (std::size_t i = 0; i < profile.image().modules.size(); ++i) modules.push_back(ModuleId{i});
  std::vector<FunctionId> found = profile.symbolizer().find_functions(modules, wanted);
  // Symbols without debug information and frames of interpreters are known from stacks only.
  const symbols::NameMatcher matcher(wanted);
  bool exactly = false;
  std::vector<FunctionId> known_from_stacks;
  for (const FunctionId id : seen) {
    const symbols::Function& function = profile.symbolizer().function(id);
    if (!matcher.matches(function)) continue;
    known_from_stacks.push_back(id);
    exactly = exactly || matcher.matches_exactly(function);
  }
  for (const FunctionId id : known_from_stacks) {
    if (!exactly || matcher.matches_exactly(profile.symbolizer().function(id))) found.push_back(id);
  }
  if (found.empty()) return Error{ExitCode::kNothing, unknown_name_message(profile, modules, wanted)};
  return FunctionGroup{in_order(profile.frames(), std::move(found)), true, wanted, {}};
}

/// By the function's own file, and by those of its lines with events: generated and included code is in others.
Result<FunctionGroup> choose_by_file(Profile& profile, const std::string& wanted) {
  FrameSource& frames = profile.frames();
  std::map<FileId, bool> known;
  const auto is_wanted = [&](FileId file) {
    if (file.none()) return false;
    const auto [entry, is_new] = known.try_emplace(file);
    if (is_new) entry->second = path_matches(wanted, frames.file(file));
    return entry->second;
  };
  std::vector<FunctionId> found;
  for_each_frame(frames, [&](const symbols::Frame& frame) {
    const FunctionId outer = outermost_function(frames, frame.function);
    if (is_wanted(frame.file) || is_wanted(frames.function(outer).file)) found.push_back(outer);
  });
  if (found.empty()) {
    return Error{ExitCode::kNothing, "no function in a file '" + wanted + "' has any event"};
  }
  return FunctionGroup{in_order(frames, std::move(found)), false, wanted, {}};
}

struct HotFunction {
  FunctionId id;
  bool own = false;
  SiteCosts costs;
};

struct HotFunctions {
  std::vector<HotFunction> all;
  SiteCosts left_out;  ///< what is charged to the C library's functions, where they were not wanted
};

HotFunctions costs_by_function(Profile& profile, const CostsByStack& by_stack, bool with_c_library) {
  FrameSource& frames = profile.frames();
  Sites sites(frames, profile.rules(), [](const std::string& name) { return name; });
  std::map<FunctionId, HotFunction> found;
  HotFunctions functions;
  by_stack.for_each([&](NodeId stack, const SiteCosts& costs) {
    if (costs.allocated == 0 && costs.at_peak == 0 && costs.counters.empty()) return;
    if (!with_c_library && sites.is_c_librarys(stack)) {
      functions.left_out += costs;
      return;
    }
    const Sites::Charged& charged = sites.of_stack(stack);
    if (charged.function.none()) return;
    const FunctionId id = outermost_function(frames, charged.function);
    HotFunction& function = found.try_emplace(id, HotFunction{id, false, {}}).first->second;
    function.own = function.own || charged.own;
    function.costs.allocated += costs.allocated;
    function.costs.at_peak += costs.at_peak;
    add(function.costs.counters, costs.counters);
  });
  for (const auto& [id, function] : found) functions.all.push_back(function);
  return functions;
}

constexpr std::int64_t kLeastPeakShare = 100;       // a hundredth of the largest one's
constexpr std::uint64_t kLeastAllocatedShare = 10;  // a tenth

/// Whether functions that have `left_out` together could be among the hottest beside these.
bool may_be_hot(const SiteCosts& left_out, const std::vector<HotFunction>& functions) {
  if (!left_out.counters.empty()) return true;
  SiteCosts most;
  for (const HotFunction& function : functions) {
    if (function.own) return false;  // none of them is
    most.at_peak = std::max(most.at_peak, function.costs.at_peak);
    most.allocated = std::max(most.allocated, function.costs.allocated);
  }
  return left_out.at_peak >= most.at_peak / kLeastPeakShare ||
         left_out.allocated >= most.allocated / kLeastAllocatedShare;
}

/// Those that hold most at the peak; then, while there is room, those that allocate most: it may all be temporary. Where
/// something was counted, the room is shared with those that have most of the first counter.
Result<FunctionGroup> choose_hottest(Profile& profile, std::size_t most, ChangeTape* tape) {
  FramesAhead ahead(profile, FramesAhead::Wanted::kProgram);
  const Result<Costs> costs = collect_costs(profile, false, tape);
  if (!costs) return costs.error();
  ahead.finish();
  HotFunctions hot = costs_by_function(profile, costs->by_stack, false);
  if (may_be_hot(hot.left_out, hot.all)) hot = costs_by_function(profile, costs->by_stack, true);
  std::vector<HotFunction>& functions = hot.all;
  const bool any_own = std::any_of(functions.begin(), functions.end(), [](const HotFunction& f) { return f.own; });
  if (any_own) std::erase_if(functions, [](const HotFunction& f) { return !f.own; });

  FunctionGroup group;
  const auto take = [&](const auto& key, auto least_share) {
    std::stable_sort(functions.begin(), functions.end(),
                     [&](const HotFunction& a, const HotFunction& b) { return key(a) > key(b); });
    for (const HotFunction& function : functions) {
      if (group.functions.size() >= most || key(function) <= 0 ||
          key(function) < key(functions.front()) / least_share) {
        break;
      }
      const bool known =
          std::find(group.functions.begin(), group.functions.end(), function.id) != group.functions.end();
      if (!known) group.functions.push_back(function.id);
    }
  };
  const bool counted =
      std::any_of(functions.begin(), functions.end(), [](const HotFunction& f) { return !f.costs.counters.empty(); });
  const std::size_t all = most;
  if (counted) most = (all + 1) / 2;
  take([](const HotFunction& f) { return f.costs.at_peak; }, kLeastPeakShare);
  take([](const HotFunction& f) { return f.costs.allocated; }, kLeastAllocatedShare);
  most = all;
  take([](const HotFunction& f) { return f.costs.counters.empty() ? 0 : f.costs.counters.front().value; },
       kLeastAllocatedShare);
  if (group.functions.empty()) {
    return Error{ExitCode::kNothing,
                 "no event has a function to show: without debug information (-g), or stripped, there is none; "
                 "`top` lists what is known",
                 profile.recording().path};
  }
  return group;
}

}  // namespace

FunctionId outermost_function(FrameSource& frames, FunctionId id) {
  FunctionId outermost = id;
  for (int left = kMostNesting; left > 0; --left) {
    const FunctionId enclosing = frames.function(outermost).enclosing;
    if (enclosing.none()) break;
    outermost = enclosing;
  }
  return outermost;
}

Result<std::vector<FunctionGroup>> choose_functions(Profile& profile, const ReportRequest& request, ChangeTape* tape) {
  std::vector<FunctionGroup> groups;
  if (request.functions.empty() && request.files.empty()) {
    // Of other frames than those that may be hot ones, only the modules matter: they may hold instances.
    look_at_modules(profile);
    Result<FunctionGroup> group = choose_hottest(profile, request.hottest, tape);
    if (!group) return group.error();
    groups.push_back(std::move(group).value());
    return groups;
  }
  std::set<FunctionId> seen;
  if (!request.functions.empty()) seen = functions_on_stacks(profile.frames());
  const auto add = [&groups](Result<FunctionGroup> group, const std::string& wanted) {
    if (group) {
      groups.push_back(std::move(group).value());
    } else {
      groups.push_back({{}, false, wanted, group.error().message});
    }
  };
  for (const std::string& wanted : request.functions) add(choose_by_name(profile, seen, wanted), wanted);
  for (const std::string& wanted : request.files) add(choose_by_file(profile, wanted), wanted);
  if (std::none_of(groups.begin(), groups.end(), [](const FunctionGroup& group) { return group.missing.empty(); })) {
    return Error{ExitCode::kNothing, groups.front().missing, profile.recording().path};
  }
  return groups;
}

Result<std::vector<FunctionId>> functions_named(Profile& profile, const std::vector<std::string>& names,
                                                std::vector<std::string>* missing) {
  std::vector<FunctionId> functions;
  if (names.empty()) return functions;
  ReportRequest request;
  request.functions = names;
  const Result<std::vector<FunctionGroup>> groups = choose_functions(profile, request);
  if (!groups) return groups.error();
  for (const FunctionGroup& group : *groups) {
    if (!group.missing.empty() && missing == nullptr) {
      return Error{ExitCode::kNothing, group.missing, profile.recording().path};
    }
    if (!group.missing.empty()) missing->push_back(group.missing);
    for (const FunctionId id : group.functions) {
      if (std::find(functions.begin(), functions.end(), id) == functions.end()) functions.push_back(id);
    }
  }
  return functions;
}

}  // namespace memline::model
