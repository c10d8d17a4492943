#include "model/descendants.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <system_error>
#include <type_traits>
#include <utility>

#include "base/result.h"
#include "trace/byte_source.h"
#include "trace/lane_reader.h"
#include "trace/trace_file.h"

namespace memline::model {
namespace {

/// Of more children the small ones are not looked at.
constexpr std::size_t kMostRead = 1000;
/// ImageStart, and ForkedFrom of a forked child, are among the very first records of the first lane.
constexpr int kFirstRecords = 8;

struct Process {
  trace::TraceHeader header{};
  std::uint32_t parent_pid = 0;
};

/// The beginning of a file.
class Beginning final : public trace::ByteSource {
 public:
  explicit Beginning(std::unique_ptr<trace::ByteSource> whole) : whole_(std::move(whole)) {}

  std::uint64_t size() const override { return std::min(whole_->size(), kBytes); }
  std::size_t read_at(std::uint64_t offset, std::span<std::byte> bytes) const override {
    if (offset >= kBytes) return 0;
    return whole_->read_at(offset, bytes.first(std::min<std::uint64_t>(bytes.size(), kBytes - offset)));
  }
  const std::string& name() const override { return whole_->name(); }

 private:
  static constexpr std::uint64_t kBytes = trace::kHeaderBytes + 16 * trace::kBlockBytes;
  std::unique_ptr<trace::ByteSource> whole_;
};

/// A raw trace's first blocks only: some have millions. Others are read as TraceFile does.
Result<std::shared_ptr<const trace::TraceFile>> open_beginning(const std::string& path) {
  Result<std::unique_ptr<trace::ByteSource>> source = trace::open_file_source(path);
  if (!source) return source.error();
  std::array<std::byte, trace::kFileMagic.size()> magic{};
  const bool raw = (*source)->read_at(0, magic) == magic.size() &&
                   std::memcmp(magic.data(), trace::kFileMagic.data(), magic.size()) == 0;
  if (!raw) return trace::TraceFile::open(std::move(source).value());
  return trace::TraceFile::open(std::make_unique<Beginning>(std::move(source).value()));
}

std::optional<Process> read_process(const std::string& path) {
  const auto file = open_beginning(path);
  if (!file || (*file)->images().empty()) return std::nullopt;
  Process process{(*file)->header(), 0};
  trace::LaneReader lane(**file, (*file)->lanes((*file)->images().front()).front(), {}, nullptr);
  for (int i = 0; i < kFirstRecords && lane.has_record(); ++i) {
    lane.take([&]<class Record>(const Record& record) {
      // A daemon's parent may be gone by the time its own recording starts: the later of the two knows better.
      constexpr bool kTells = std::is_same_v<Record, trace::ImageStart> || std::is_same_v<Record, trace::ForkedFrom>;
      if constexpr (kTells) process.parent_pid = record.parent_pid;
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

std::vector<std::string> descendants_among(const std::string& path, std::vector<std::string> candidates) {
  const std::optional<Process> first = candidates.empty() ? std::nullopt : read_process(path);
  if (!first) return {};
  std::vector<std::optional<Process>> strangers;
  for (const std::string& candidate : candidates) strangers.push_back(read_process(candidate));
  std::vector<Process> family = {*first};
  std::vector<bool> related(candidates.size());
  // every round may find children of those that the last one found
  for (std::size_t known = 0; known < family.size(); ++known) {
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      if (related[i] || !strangers[i] || !is_child(*strangers[i], family[known])) continue;
      related[i] = true;
      family.push_back(*strangers[i]);
    }
  }
  std::vector<std::string> descendants;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    if (related[i]) descendants.push_back(std::move(candidates[i]));
  }
  return descendants;
}

std::vector<std::string> descendant_traces(const std::string& path) {
  const std::filesystem::path own(path);
  const std::filesystem::path folder = own.has_parent_path() ? own.parent_path() : ".";
  std::vector<std::string> names = children_by_name(own, folder);
  if (names.size() > kMostRead) names.resize(kMostRead);
  for (std::string& name : names) name = (folder / name).native();
  std::vector<std::string> found = descendants_among(path, std::move(names));
  for (std::string& one : found) one = std::filesystem::path(one).filename().native();
  return found;
}

}  // namespace memline::model
