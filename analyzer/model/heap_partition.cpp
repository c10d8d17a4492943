#include "model/heap_partition.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include "model/block_types.h"
#include "model/thread_choice.h"

namespace memline::model {
namespace {

/// " (dir/file.c:12)": enough of the path for people to know it.
std::string place_label(const Sites::Place& place) {
  if (place.path.empty()) return "";
  std::string_view path = place.path;
  const std::size_t slash = path.rfind('/');
  const std::size_t before = slash == 0 || slash == std::string_view::npos ? slash : path.rfind('/', slash - 1);
  if (before != std::string_view::npos) path.remove_prefix(before + 1);
  return " (" + std::string{path} + (place.line != 0 ? ":" + std::to_string(place.line) : "") + ")";
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

HeapRow HeapPartition::describe(const Sites::Charged& charged) const {
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

HeapRow HeapPartition::describe_type(const Key& of) const {
  HeapRow row;
  NodeId stack;
  stack.value = static_cast<std::uint32_t>(of.number);
  BlockType type;
  if (!of.is_mapping) type = BlockTypes(frames_).find(stack, of.bytes);
  if (type.rule != TypeRule::kNone) {
    row.kind = sites_.displayed(type.kind);
    row.rule = to_string(type.rule);
    return row;
  }
  if (type.is_ambiguous) {
    row.kind = "(ambiguous) " + sites_.displayed(type.kind);
    return row;
  }
  if (!type.stopped_at.none() && !has_debug_information(type.stopped_at)) {
    row.kind = "(no debug information) " + base_name(frames_.module_file(frames_.module(type.stopped_at)).path);
    return row;
  }
  const SiteInfo& site = sites_.info(sites_.of_stack(stack).site);
  row.kind = std::string(of.is_mapping ? "(mapping) " : "(unknown type) ") + site.label();
  row.function = site.function_name;
  if (site.line != 0) {
    row.kind += " " + site.function_name;
    row.file = site.file_path, row.line = site.line;
  }
  return row;
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
      return false;
  }
  return true;
}

std::vector<HeapRow> HeapPartition::rows() const {
  // Stacks that are charged to the same place become one row here.
  using RowKey = std::tuple<std::uint64_t, std::string, Sites::Place>;
  std::map<RowKey, HeapRow> merged;
  for (const auto& [of, group] : groups_) {
    const std::uint64_t number = of.number;
    HeapRow row;
    RowKey key{number, "", {}};
    if (kind_ == HeapKind::kSize) {
      row.kind = std::to_string(number) + " B";
    } else if (kind_ == HeapKind::kThread) {
      ThreadId thread;
      thread.value = static_cast<std::uint32_t>(number);
      row.kind = thread_label(image_, thread);
    } else if (kind_ == HeapKind::kType) {
      row = describe_type(of);
      key = {0, row.kind, {}};
    } else {
      NodeId stack;
      stack.value = static_cast<std::uint32_t>(number);
      const Sites::Charged& charged = sites_.of_stack(stack);
      row = describe(charged);
      key = {kind_ == HeapKind::kLine ? charged.site.value : 0, row.kind,
             kind_ == HeapKind::kFunction ? sites_.function_place(charged) : Sites::Place{}};
    }
    const std::string rule = row.rule;
    HeapRow& into = merged.try_emplace(std::move(key), std::move(row)).first->second;
    if (into.rule.find(rule) == std::string::npos) into.rule += ", " + rule;
    into.count += group.count;
    into.bytes += group.bytes;
    if (group.resident) into.resident = into.resident.value_or(0) + *group.resident;
  }
  std::vector<HeapRow> rows;
  rows.reserve(merged.size());
  // In this order those of one name stand together.
  for (auto it = merged.begin(); it != merged.end();) {
    auto end = std::next(it);
    while (end != merged.end() && end->second.kind == it->second.kind) ++end;
    const bool alone = std::next(it) == end;
    for (; it != end; ++it) {
      if (!alone) it->second.kind += place_label(std::get<Sites::Place>(it->first));
      rows.push_back(std::move(it->second));
    }
  }
  std::sort(rows.begin(), rows.end(), [](const HeapRow& a, const HeapRow& b) {
    if (a.bytes != b.bytes) return a.bytes > b.bytes;
    return a.count != b.count ? a.count > b.count : a.kind < b.kind;
  });
  return rows;
}

}  // namespace memline::model
