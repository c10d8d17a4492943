#include "sampling/code_map.h"

#include <sys/stat.h>

#include <utility>

namespace memline::sampling {

symbols::CallFrames* CodeFiles::open(const MapRecord& map) {
  std::string path(map.path);
  const auto [entry, is_new] = files_.try_emplace({path, map.inode});
  if (!is_new) return entry->second.get();
  for (const std::string& root : {std::string(), "/proc/" + std::to_string(map.pid) + "/root"}) {
    struct stat status {};
    if (::stat((root + path).c_str(), &status) != 0 || status.st_ino != map.inode) continue;
    entry->second = symbols::CallFrames::open(root + path);
    break;
  }
  return entry->second.get();
}

const CodeModule* CodeFiles::add(const MapRecord& map, bool main_executable) {
  if (!map.path.starts_with('/') || map.path.starts_with("//")) return nullptr;
  symbols::CallFrames* const frames = open(map);
  const std::uint64_t plain = map.address - map.file_offset;
  const std::uint64_t bias = frames == nullptr ? plain : frames->bias(map.address, map.file_offset).value_or(plain);
  modules_.push_back({std::string(map.path), map.address, map.address + map.length, bias, main_executable, frames});
  return &modules_.back();
}

void CodeMap::add(const MapRecord& map, CodeFiles& files) {
  const std::uint64_t begin = map.address, end = map.address + map.length;
  if (end <= begin) return;
  const bool first = mappings_.empty();
  auto at = mappings_.upper_bound(begin);
  if (at != mappings_.begin()) {
    const auto before = std::prev(at);
    if (before->second.end > begin) {
      const Mapping old = before->second;
      if (old.end > end) mappings_[end] = old;
      if (before->first == begin) {
        mappings_.erase(before);
      } else {
        before->second.end = begin;
      }
    }
  }
  for (at = mappings_.lower_bound(begin); at != mappings_.end() && at->first < end;) {
    const Mapping old = at->second;
    at = mappings_.erase(at);
    if (old.end > end) mappings_[end] = old;
  }
  // the kernel maps the program itself before its interpreter
  mappings_[begin] = {end, files.add(map, first)};
}

const CodeModule* CodeMap::find(std::uint64_t address) const {
  auto at = mappings_.upper_bound(address);
  if (at == mappings_.begin()) return nullptr;
  --at;
  return address < at->second.end ? at->second.module : nullptr;
}

}  // namespace memline::sampling
