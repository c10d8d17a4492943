#include "commands/process_family.h"

#include <algorithm>
#include <cstdint>

#include "model/siblings.h"
#include "replay/scan.h"

namespace memline::commands {
namespace {

/// More children than that are not looked through for the largest: the largest files come first anyway.
constexpr std::size_t kMostRead = 32;

struct Relative {
  std::string path;
  trace::TraceHeader header{};
  std::uint32_t parent_pid = 0;
  std::uint64_t acquired_bytes = 0;
};

/// What is needed of one trace; no path where it cannot be read.
Relative read_relative(const std::string& path) {
  const auto recording = replay::scan(path);
  if (!recording || recording->images.empty()) return {};
  Relative relative{path, recording->header, recording->images.front().start.parent_pid, 0};
  for (const replay::Image& image : recording->images) {
    relative.acquired_bytes = std::max(relative.acquired_bytes, image.acquired_bytes);
  }
  return relative;
}

bool is_child(const Relative& child, const Relative& parent) {
  return child.parent_pid == parent.header.pid && child.header.boot_id == parent.header.boot_id &&
         child.header.process_start >= parent.header.process_start;
}

}  // namespace

ProcessChoice choose_process(const std::string& path) {
  std::vector<std::string> siblings = model::sibling_traces(path);
  if (siblings.empty()) return {path, {}};
  if (siblings.size() > kMostRead) siblings.resize(kMostRead);
  std::vector<Relative> family = {read_relative(path)};
  if (family.front().path.empty()) return {path, {}};
  std::vector<Relative> strangers;
  const std::string folder = path.substr(0, path.rfind('/') + 1);
  for (const std::string& name : siblings) strangers.push_back(read_relative(folder + name));
  // every round may find children of those that the last one found
  for (std::size_t known = 0; known < family.size(); ++known) {
    for (Relative& stranger : strangers) {
      if (stranger.path.empty() || !is_child(stranger, family[known])) continue;
      Relative found = std::move(stranger);
      stranger = {};
      family.push_back(std::move(found));
    }
  }
  const auto most = std::max_element(family.begin(), family.end(), [](const Relative& a, const Relative& b) {
    return a.acquired_bytes < b.acquired_bytes;
  });
  ProcessChoice choice{most->path, {}};
  for (const Relative& relative : family) {
    if (relative.path != choice.path) choice.others.push_back(relative.path);
  }
  return choice;
}

}  // namespace memline::commands
