#include "model/siblings.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>

#include "memline/trace_block.h"

namespace memline::model {
namespace {

bool is_trace(const std::filesystem::path& path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error) || error) return false;
  std::ifstream file(path, std::ios::binary);
  std::array<char, trace::kFileMagic.size()> magic{};
  file.read(magic.data(), magic.size());
  return file && magic == trace::kFileMagic;
}

}  // namespace

std::vector<std::string> sibling_traces(const std::string& path) {
  const std::filesystem::path own(path);
  const std::string prefix = own.filename().string() + ".";
  std::vector<std::pair<std::uintmax_t, std::string>> found;
  std::error_code error;
  const std::filesystem::path folder = own.has_parent_path() ? own.parent_path() : ".";
  for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (!name.starts_with(prefix) || name.find_first_not_of("0123456789", prefix.size()) != std::string::npos ||
        name.size() == prefix.size() || !is_trace(entry->path())) {
      continue;
    }
    std::error_code no_size;
    const std::uintmax_t bytes = entry->file_size(no_size);
    found.emplace_back(no_size ? 0 : bytes, name);
  }
  std::sort(found.begin(), found.end(),
            [](const auto& a, const auto& b) { return a.first != b.first ? a.first > b.first : a.second < b.second; });
  std::vector<std::string> names;
  for (auto& [bytes, name] : found) names.push_back(std::move(name));
  return names;
}

}  // namespace memline::model
