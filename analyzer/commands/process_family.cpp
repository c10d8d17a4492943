#include "commands/process_family.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "model/descendants.h"
#include "replay/scan.h"
#include "trace/byte_source.h"

namespace memline::commands {
namespace {

/// More children than that are not looked through for the largest: the largest files come first anyway.
constexpr std::size_t kMostRead = 32;

/// Of the program that acquired most; 0 where the trace cannot be read.
std::uint64_t acquired_bytes(const std::string& path) {
  std::uint64_t most = 0;
  auto source = trace::open_file_source(path);
  if (!source) return most;
  const auto recording = replay::scan(std::move(source).value(), false);  // what it inherited was not acquired by it
  if (!recording) return most;
  for (const replay::Image& image : recording->images) most = std::max(most, image.acquired_bytes);
  return most;
}

}  // namespace

ProcessChoice choose_process(const std::string& path) {
  std::vector<std::string> descendants = model::descendant_traces(path);
  ProcessChoice choice{path, {}};
  if (descendants.empty()) return choice;
  if (descendants.size() > kMostRead) descendants.resize(kMostRead);
  const std::string folder = path.substr(0, path.rfind('/') + 1);
  std::vector<std::string> family = {path};
  for (const std::string& name : descendants) family.push_back(folder + name);
  std::uint64_t most = 0;
  for (const std::string& relative : family) {
    const std::uint64_t bytes = acquired_bytes(relative);
    if (bytes <= most) continue;
    most = bytes;
    choice.path = relative;
  }
  for (std::string& relative : family) {
    if (relative != choice.path) choice.others.push_back(std::move(relative));
  }
  return choice;
}

}  // namespace memline::commands
