#include "model/descendants.h"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <system_error>
#include <type_traits>
#include <utility>

#include "trace/lane_reader.h"
#include "trace/trace_file.h"

namespace memline::model {
namespace {

/// Of more children the small ones are not looked at.
constexpr std::size_t kMostRead = 1000;
/// ImageStart is among the very first records of the first lane.
constexpr int kFirstRecords = 8;

struct Process {
  trace::TraceHeader header{};
  std::uint32_t parent_pid = 0;
};

std::optional<Process> read_process(const std::string& path) {
  const auto file = trace::TraceFile::open(path);
  if (!file || (*file)->images().empty()) return std::nullopt;
  Process process{(*file)->header(), 0};
  trace::LaneReader lane(**file, (*file)->lanes((*file)->images().front()).front(), {}, nullptr);
  for (int i = 0; i < kFirstRecords && lane.has_record() && process.parent_pid == 0; ++i) {
    lane.take([&]<class Record>(const Record& record) {
      if constexpr (std::is_same_v<Record, trace::ImageStart>) process.parent_pid = record.parent_pid;
    });
  }
  return process;
}

bool is_child(const Process& child, const Process& parent) {
  return child.parent_pid == parent.header.pid && child.header.boot_id == parent.header.boot_id &&
         child.header.process_start >= parent.header.process_start;
}

/// Names of the files that are called like children's traces, the largest first.
std::vector<std::string> children_by_name(const std::filesystem::path& own, const std::filesystem::path& folder) {
  const std::string prefix = own.filename().string() + ".";
  std::vector<std::pair<std::uintmax_t, std::string>> found;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    std::error_code unknown;
    if (!name.starts_with(prefix) || name.find_first_not_of("0123456789", prefix.size()) != std::string::npos ||
        name.size() == prefix.size() || !entry->is_regular_file(unknown)) {
      continue;
    }
    const std::uintmax_t bytes = entry->file_size(unknown);
    found.emplace_back(unknown ? 0 : bytes, name);
  }
  std::sort(found.begin(), found.end(),
            [](const auto& a, const auto& b) { return a.first != b.first ? a.first > b.first : a.second < b.second; });
  std::vector<std::string> names;
  for (auto& [bytes, name] : found) names.push_back(std::move(name));
  return names;
}

}  // namespace

std::vector<std::string> descendant_traces(const std::string& path) {
  const std::filesystem::path own(path);
  const std::filesystem::path folder = own.has_parent_path() ? own.parent_path() : ".";
  std::vector<std::string> names = children_by_name(own, folder);
  if (names.size() > kMostRead) names.resize(kMostRead);
  const std::optional<Process> first = names.empty() ? std::nullopt : read_process(path);
  if (!first) return {};

  std::vector<std::optional<Process>> strangers;
  for (const std::string& name : names) strangers.push_back(read_process(folder / name));
  std::vector<Process> family = {*first};
  std::vector<bool> related(names.size());
  // every round may find children of those that the last one found
  for (std::size_t known = 0; known < family.size(); ++known) {
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (related[i] || !strangers[i] || !is_child(*strangers[i], family[known])) continue;
      related[i] = true;
      family.push_back(*strangers[i]);
    }
  }
  std::vector<std::string> descendants;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (related[i]) descendants.push_back(std::move(names[i]));
  }
  return descendants;
}

}  // namespace memline::model
