#include "model/heap_partition.h"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "model/block_types.h"
#include "model/thread_choice.h"

namespace memline::model {
namespace {

/// " (dir/file.c:12)": as many of the path's last components as asked for, all of it where it has no more.
std::string place_label(const Sites::Place& place, int components) {
  if (place.path.empty()) return "";
  std::string_view path = place.path;
  std::size_t at = path.size();
  for (int i = 0; i < components && at != 0 && at != std::string_view::npos; ++i) at = path.rfind('/', at - 1);
  if (at != 0 && at != std::string_view::npos) path.remove_prefix(at + 1);
  return " (" + std::string{path} + (place.line != 0 ? ":" + std::to_string(place.line) : "") + ")";
}

Sites::Place place_of(const SiteInfo& site) {
  return site.line != 0 ? Sites::Place{site.file_path, site.line} : Sites::Place{site.module_path, 0};
}

/// Rows of one name that are not the same thing are told apart by where they are: by the last folder and the file,
/// unless these are the same, too.
void tell_apart(std::vector<std::pair<Sites::Place, HeapRow*>>& same) {
  if (same.size() < 2) return;
  int components = 2;
  for (constexpr int kMostComponents = 64; components < kMostComponents; ++components) {
    std::set<std::string> labels;
    for (const auto& [place, row] : same) labels.insert(place_label(place, components));
    if (labels.size() == same.size()) break;
  }
  for (const auto& [place, row] : same) row->kind += place_label(place, components);
}

}  // namespace

void HeapPartition::add(const replay::LiveBlock& block, std::optional<std::uint64_t> resident) {
  Key key{block.owner.value};
  if (kind_ == HeapKind::kSize) key.number = block.bytes;
  if (kind_ == HeapKind::kThread) key.number = block.thread.value;
  if (kind_ == HeapKind::kType) {
    key.bytes = block.bytes;
    key.is_mapping = block.kind == replay::BlockKind::kMapping;
  }
  Group& group = groups_[key];
  ++group.count;
  group.bytes += block.bytes;
  if (resident) group.resident = group.resident.value_or(0) + *resident;
}

HeapRow HeapPartition::describe_site(const Sites::Charged& charged) const {
  const SiteInfo& site = sites_.info(charged.site);
  const bool has_line = site.line != 0;
  HeapRow row;
  switch (kind_) {
    case HeapKind::kLine:
      row.kind = has_line ? site.label() + " " + site.function_name : site.label();
      if (has_line) row.file = site.file_path, row.line = site.line;
      row.function = site.function_name;
      break;
    case HeapKind::kFunction:
      row.function = sites_.function_name(charged);
      row.kind = *row.function;
      if (has_line) row.file = site.file_path;
      break;
    case HeapKind::kFile:
      row.kind = has_line ? site.file_path : site.module_path.empty() ? site.label() : "(no line) " + site.module_path;
      if (has_line) row.file = site.file_path;
      break;
    case HeapKind::kModule:
      row.kind = sites_.module_path(charged);
      if (row.kind.empty()) row.kind = "(no module)";
      break;
    case HeapKind::kType:
    case HeapKind::kSize:
    case HeapKind::kThread:
      break;
  }
  return row;
}

HeapPartition::Described HeapPartition::describe_type(const Key& of) const {
  HeapRow row;
  NodeId stack;
  stack.value = static_cast<std::uint32_t>(of.number);
  BlockType type;
  if (!of.is_mapping) type = BlockTypes(frames_).find(stack, of.bytes);
  if (type.rule != TypeRule::kNone) {
    row.kind = sites_.displayed(type.kind);
    row.rule = to_string(type.rule);
    return {std::move(row), {}};
  }
  if (type.is_ambiguous) {
    row.kind = "(ambiguous) " + sites_.displayed(type.kind);
    return {std::move(row), {}};
  }
  if (!type.stopped_at.none() && !has_debug_information(type.stopped_at)) {
    const std::string& path = frames_.module_file(frames_.module(type.stopped_at)).path;
    row.kind = "(no debug information) " + base_name(path);
    return {std::move(row), {path, 0}};
  }
  // What wraps malloc does not tell one block from another: the row is that of its caller.
  const SiteInfo& site = sites_.info(sites_.of_stack(type.kept_by.none() ? stack : type.kept_by).site);
  row.kind = std::string(of.is_mapping ? "(mapping) " : "(unknown type) ") + site.label();
  row.function = site.function_name;
  if (site.line != 0) {
    row.kind += " " + site.function_name;
    row.file = site.file_path, row.line = site.line;
  }
  return {std::move(row), place_of(site)};
}

bool HeapPartition::has_debug_information(NodeId node) const {
  if (frames_.module(node).none()) return true;  // there is nothing it could belong to
  switch (frames_.frames(node).front().why) {
    case symbols::NoLine::kNone:
    case symbols::NoLine::kArtificial:
    case symbols::NoLine::kJit:
    case symbols::NoLine::kUnknownModule:
      return true;
    case symbols::NoLine::kNoDebugInfo:
    case symbols::NoLine::kStripped:
    case symbols::NoLine::kFileMissing:
    case symbols::NoLine::kBuildIdDiffers:
    case symbols::NoLine::kUnreadable:
    case symbols::NoLine::kNoSplitFile:
      return false;
  }
  return true;
}

HeapPartition::Described HeapPartition::describe(const Key& of) const {
  HeapRow row;
  switch (kind_) {
    case HeapKind::kSize:
      row.kind = std::to_string(of.number) + " B";
      return {std::move(row), {}};
    case HeapKind::kThread: {
      ThreadId thread;
      thread.value = static_cast<std::uint32_t>(of.number);
      row.kind = thread_label(image_, thread);
      return {std::move(row), {{}, thread.value}};
    }
    case HeapKind::kType:
      return describe_type(of);
    default:
      break;
  }
  NodeId stack;
  stack.value = static_cast<std::uint32_t>(of.number);
  const Sites::Charged& charged = sites_.of_stack(stack);
  Sites::Place place;
  if (kind_ == HeapKind::kLine) place = place_of(sites_.info(charged.site));
  if (kind_ == HeapKind::kFunction) place = sites_.function_place(charged);
  return {describe_site(charged), std::move(place)};
}

std::vector<HeapRow> HeapPartition::rows() const {
  // Stacks that are charged to the same place become one row here, and those of one name stand together.
  std::map<std::pair<std::string, Sites::Place>, HeapRow> merged;
  for (const auto& [of, group] : groups_) {
    auto [row, place] = describe(of);
    const std::string rule = row.rule;
    std::pair<std::string, Sites::Place> key{row.kind, std::move(place)};
    HeapRow& into = merged.try_emplace(std::move(key), std::move(row)).first->second;
    if (into.rule.find(rule) == std::string::npos) into.rule += ", " + rule;
    into.count += group.count;
    into.bytes += group.bytes;
    if (group.resident) into.resident = into.resident.value_or(0) + *group.resident;
  }
  for (auto it = merged.begin(); it != merged.end();) {
    std::vector<std::pair<Sites::Place, HeapRow*>> same;
    const std::string kind = it->first.first;
    for (; it != merged.end() && it->first.first == kind; ++it) same.emplace_back(it->first.second, &it->second);
    tell_apart(same);
  }
  std::vector<HeapRow> rows;
  rows.reserve(merged.size());
  for (auto& [key, row] : merged) rows.push_back(std::move(row));
  std::sort(rows.begin(), rows.end(), [](const HeapRow& a, const HeapRow& b) {
    if (a.bytes != b.bytes) return a.bytes > b.bytes;
    return a.count != b.count ? a.count > b.count : a.kind < b.kind;
  });
  return rows;
}

}  // namespace memline::model
