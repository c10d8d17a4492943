#include "ancestors.h"

#include "environment_file.h"
#include "memline/env.h"
#include "memory_maps.h"
#include "process_info.h"
#include "sys.h"
#include "text.h"

namespace memline::capture {
namespace {

using FileText = Text<64>;

const char kInThisLibrary = 0;

/// Device and inode of this library.
bool find_own_file(FileText& out) noexcept {
  const auto own = reinterpret_cast<std::uint64_t>(&kInThisLibrary);
  return any_mapping("/proc/self/maps", [&](const MapLine& line) {
    if (own < line.begin || own >= line.end) return false;
    out.add(line.file);
    return true;
  });
}

bool has_mapped(std::uint32_t pid, const FileText& file) noexcept {
  return any_mapping(proc_path(pid, "maps").c_str(), [&](const MapLine& line) { return line.file == file.view(); });
}

/// Whether it was started so.
bool asks_for_samples(std::uint32_t pid) noexcept {
  bool asks = false;
  for_each_variable(proc_path(pid, "environ").c_str(), [&](std::string_view name, std::string_view value) {
    asks = asks || (name == kEnvCounters && !value.empty()) || (name == kEnvResident && value == "1");
  });
  return asks;
}

template <class Condition>
bool any_recorded_ancestor(const Condition& condition) noexcept {
  constexpr unsigned kMostAncestors = 64;
  FileText own;
  if (!find_own_file(own)) return false;
  std::uint32_t pid = sys::getpid();
  for (unsigned i = 0; i < kMostAncestors; ++i) {
    ProcessStat stat;
    if (!read_stat(pid, stat) || stat.parent_pid == 0) return false;
    pid = stat.parent_pid;
    if (has_mapped(pid, own) && condition(pid)) return true;
  }
  return false;
}

}  // namespace

bool is_child_of_recorded() noexcept {
  return any_recorded_ancestor([](std::uint32_t) { return true; });
}

bool is_child_of_sampled() noexcept {
  return any_recorded_ancestor(asks_for_samples);
}

}  // namespace memline::capture
