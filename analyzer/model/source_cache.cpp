#include "model/source_cache.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <functional>

namespace memline::model {
namespace {

struct OpenFile {
  int descriptor = -1;
  ~OpenFile() {
    if (descriptor >= 0) ::close(descriptor);
  }
};

/// The whole file; its state is kOk, kMissing or kUnreadable.
SourceState read_file(const std::string& path, std::string& bytes, std::int64_t& changed_at) {
  struct stat status {};
  // Looked at before it is opened, since opening alone can do something where it is a device.
  if (::stat(path.c_str(), &status) != 0) {
    return errno == ENOENT || errno == ENOTDIR ? SourceState::kMissing : SourceState::kUnreadable;
  }
  if (!S_ISREG(status.st_mode)) return SourceState::kUnreadable;
  const OpenFile file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)};
  if (file.descriptor < 0 || ::fstat(file.descriptor, &status) != 0 || !S_ISREG(status.st_mode) ||
      static_cast<std::uint64_t>(status.st_size) > SourceCache::kMostBytes) {
    return SourceState::kUnreadable;
  }
  changed_at = status.st_mtim.tv_sec;
  bytes.resize(static_cast<std::size_t>(status.st_size));
  std::size_t have = 0;
  while (have < bytes.size()) {
    const ssize_t got = ::read(file.descriptor, bytes.data() + have, bytes.size() - have);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return SourceState::kUnreadable;
    if (got == 0) break;
    have += static_cast<std::size_t>(got);
  }
  bytes.resize(have);
  return SourceState::kOk;
}

std::vector<std::string> split_lines(std::string_view bytes) {
  if (bytes.starts_with("\xef\xbb\xbf")) bytes.remove_prefix(3);
  std::vector<std::string> lines;
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\n');
    std::string_view line = bytes.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    const bool cut = line.size() > SourceCache::kMostLineBytes;
    lines.emplace_back(line.substr(0, SourceCache::kMostLineBytes));
    if (cut) lines.back() += "...";
    bytes = end == std::string_view::npos ? std::string_view{} : bytes.substr(end + 1);
  }
  return lines;
}

}  // namespace

std::vector<std::string> SourceCache::candidates(std::string_view recorded_path) const {
  std::vector<std::string> paths{std::string{recorded_path}};
  for (const std::string& folder : folders_) {
    // The longest end of the recorded path is the surest.
    std::string_view rest = recorded_path;
    while (!rest.empty()) {
      while (rest.starts_with('/')) rest.remove_prefix(1);
      if (rest.empty()) break;
      paths.push_back(folder + "/" + std::string{rest});
      const std::size_t slash = rest.find('/');
      rest = slash == std::string_view::npos ? std::string_view{} : rest.substr(slash);
    }
  }
  return paths;
}

const SourceFile& SourceCache::file(std::string_view recorded_path, std::int64_t built_at) {
  if (const auto known = files_.find(recorded_path); known != files_.end()) return known->second;
  SourceFile best;
  best.state = recorded_path.empty() ? SourceState::kUnknown : SourceState::kMissing;
  if (!recorded_path.empty()) {
    for (const std::string& path : candidates(recorded_path)) {
      std::string bytes;
      std::int64_t changed_at = 0;
      const SourceState state = read_file(path, bytes, changed_at);
      const bool newer = state == SourceState::kOk && built_at > 0 && changed_at > built_at;
      if (state == SourceState::kUnreadable && best.state == SourceState::kMissing) best.state = state;
      if (state != SourceState::kOk || (newer && best.state == SourceState::kNewer)) continue;
      best = {newer ? SourceState::kNewer : SourceState::kOk, path, split_lines(bytes)};
      if (!newer) break;
    }
  }
  return files_.emplace(std::string{recorded_path}, std::move(best)).first->second;
}

}  // namespace memline::model
