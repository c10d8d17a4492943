#include "sampling/code_mappings.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace memline::sampling {
namespace {

struct CodeMapping {
  MapRecord record;
  std::string path;
};

/// proc_pid_maps(5) writes a newline in a path as \012, and says where the file was removed.
std::string plain_path(std::string text) {
  constexpr std::string_view kDeleted = " (deleted)", kNewline = "\\012";
  if (text.ends_with(kDeleted)) text.resize(text.size() - kDeleted.size());
  for (std::size_t at = 0; (at = text.find(kNewline, at)) != std::string::npos; ++at) {
    text.replace(at, kNewline.size(), 1, '\n');
  }
  return text;
}

/// "7f00-7f10 r-xp 00001000 08:01 1234    /path": false for what holds no code, or is no such line.
bool parse_line(const std::string& line, CodeMapping& mapping) {
  std::istringstream fields(line);
  std::uint64_t end = 0;
  char dash = 0;
  std::string protection, device;
  MapRecord& record = mapping.record;
  if (!(fields >> std::hex >> record.address >> dash >> end >> protection >> record.file_offset >> device >> std::dec >>
        record.inode)) {
    return false;
  }
  if (dash != '-' || end <= record.address || protection.size() < 3 || protection[2] != 'x') return false;
  record.length = end - record.address;
  std::getline(fields >> std::ws, mapping.path);
  mapping.path = plain_path(std::move(mapping.path));
  return true;
}

}  // namespace

void read_code_mappings(std::istream& maps, std::uint32_t pid, const std::string& executable,
                        const std::function<void(const MapRecord&)>& visit) {
  std::vector<CodeMapping> mappings;
  for (std::string line; std::getline(maps, line);) {
    CodeMapping mapping;
    if (parse_line(line, mapping)) mappings.push_back(std::move(mapping));
  }
  std::stable_partition(mappings.begin(), mappings.end(),
                        [&](const CodeMapping& mapping) { return mapping.path == executable; });
  for (CodeMapping& mapping : mappings) {
    mapping.record.pid = pid;
    mapping.record.path = mapping.path;
    visit(mapping.record);
  }
}

void for_each_code_mapping(std::uint32_t pid, const std::function<void(const MapRecord&)>& visit) {
  const std::string folder = "/proc/" + std::to_string(pid);
  std::error_code error;
  std::ifstream maps(folder + "/maps");
  const std::filesystem::path executable = std::filesystem::read_symlink(folder + "/exe", error);
  read_code_mappings(maps, pid, plain_path(executable.native()), visit);
}

}  // namespace memline::sampling
