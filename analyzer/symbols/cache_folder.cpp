#include "symbols/cache_folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <utility>
#include <vector>

#include "base/monotonic_clock.h"
#include "memline/trace_block.h"

namespace memline::symbols {
namespace {

constexpr std::string_view kMagic = "memline symbols\n";
constexpr std::uint32_t kVersion = 2;
constexpr std::string_view kSuffix = ".symbols";
constexpr std::string_view kUnfinished = ".new.";
constexpr std::time_t kForgottenSeconds = 3600;

/// Before the stamp and the content. All little-endian, as everything of memline.
struct FileHeader {
  char magic[16];
  std::uint32_t version;
  std::uint32_t crc32c;  ///< of all that follows the header
  std::uint64_t stamp_bytes;
  std::uint64_t content_bytes;
};
static_assert(sizeof(FileHeader) == 40);

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int number() const { return number_; }

 private:
  int number_;
};

/// Nobody else can have written it, as far as permissions tell.
bool is_own(const struct stat& status) {
  return status.st_uid == ::geteuid() && (status.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

std::uint32_t checksum(std::string_view stamp, std::string_view content) {
  const auto add = [](std::uint32_t crc, std::string_view bytes) {
    return trace::crc32c(crc, reinterpret_cast<const std::byte*>(bytes.data()), bytes.size());
  };
  return add(add(0, stamp), content);
}

bool read_all(int descriptor, char* bytes, std::size_t count) {
  while (count > 0) {
    const ssize_t got = ::read(descriptor, bytes, count);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    bytes += got;
    count -= static_cast<std::size_t>(got);
  }
  return true;
}

bool write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t put = ::write(descriptor, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
  return true;
}

/// Makes the folders above, too, but none in a folder of somebody else's: as root with a user's HOME, they would be
/// in that user's way.
void make_folders(const std::string& path) {
  for (std::size_t slash = 0; slash != std::string::npos;) {
    const std::string parent = slash == 0 ? "/" : path.substr(0, slash);
    slash = path.find('/', slash + 1);
    struct stat status {};
    if (::stat(path.substr(0, slash).c_str(), &status) == 0) continue;
    if (::stat(parent.c_str(), &status) != 0 || status.st_uid != ::geteuid()) return;
    if (::mkdir(path.substr(0, slash).c_str(), 0700) != 0 && errno != EEXIST) return;
  }
}

bool consists_of(std::string_view text, std::string_view characters) {
  return !text.empty() && text.find_first_not_of(characters) == std::string_view::npos;
}

/// Names of files that are written here: a build id, and what write() puts behind it. All others are somebody else's.
constexpr std::string_view kDigits = "0123456789", kHexDigits = "0123456789abcdef";
bool is_finished(std::string_view name) {
  if (!name.ends_with(kSuffix)) return false;
  name.remove_suffix(kSuffix.size());
  return consists_of(name, kHexDigits);
}
bool is_unfinished(std::string_view name) {
  const std::size_t mark = name.find(kUnfinished);
  if (mark == std::string_view::npos || !consists_of(name.substr(0, mark), kHexDigits)) return false;
  name.remove_prefix(mark + kUnfinished.size());
  const std::size_t dot = name.find('.');
  return dot != std::string_view::npos && consists_of(name.substr(0, dot), kDigits) &&
         consists_of(name.substr(dot + 1), kDigits);
}

}  // namespace

CacheFolder::CacheFolder(std::string path, std::uint64_t most_bytes)
    : path_(std::move(path)), most_bytes_(most_bytes) {}

CacheFolder::~CacheFolder() {
  if (written_) prune();
  if (descriptor_ >= 0) ::close(descriptor_);
}

bool CacheFolder::open(bool make) {
  if (descriptor_ >= 0) return true;
  if (path_.empty() || path_.front() != '/') return false;
  if (make) make_folders(path_);
  descriptor_ = ::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (descriptor_ < 0) return false;
  struct stat status {};
  if (::fstat(descriptor_, &status) == 0 && is_own(status)) return true;
  ::close(std::exchange(descriptor_, -1));
  path_.clear();  // somebody else's: not to be tried again
  return false;
}

std::optional<std::string> CacheFolder::read(const std::string& name, std::string_view stamp) {
  if (!open(false)) return std::nullopt;
  const std::string file_name = name + std::string(kSuffix);
  const Descriptor file(
      ::openat(descriptor_, file_name.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  struct stat status {};
  FileHeader header{};
  if (file.number() < 0 || ::fstat(file.number(), &status) != 0 || !S_ISREG(status.st_mode) || !is_own(status) ||
      !read_all(file.number(), reinterpret_cast<char*>(&header), sizeof header)) {
    return std::nullopt;
  }
  const auto size = static_cast<std::uint64_t>(status.st_size);
  if (std::string_view(header.magic, sizeof header.magic) != kMagic || header.version != kVersion ||
      size > kMostFileBytes || header.stamp_bytes != stamp.size() || header.content_bytes > size ||
      size != sizeof header + header.stamp_bytes + header.content_bytes) {
    return std::nullopt;
  }
  std::string bytes(static_cast<std::size_t>(size - sizeof header), '\0');
  if (!read_all(file.number(), bytes.data(), bytes.size())) return std::nullopt;
  const std::string_view content = std::string_view(bytes).substr(stamp.size());
  if (!std::string_view(bytes).starts_with(stamp) || checksum(stamp, content) != header.crc32c) return std::nullopt;
  ::futimens(file.number(), nullptr);  // was used
  bytes.erase(0, stamp.size());
  return bytes;
}

void CacheFolder::write(const std::string& name, std::string_view stamp, std::string_view bytes) {
  FileHeader header{};
  const std::uint64_t size = sizeof header + stamp.size() + bytes.size();
  if (size > std::min(kMostFileBytes, most_bytes_) || !open(true)) return;
  kMagic.copy(header.magic, sizeof header.magic);
  header.version = kVersion;
  header.crc32c = checksum(stamp, bytes);
  header.stamp_bytes = stamp.size();
  header.content_bytes = bytes.size();

  // Threads may write at the same moment, and a process of the same number have left something.
  static std::atomic<unsigned> writes;
  const std::string unfinished = name + std::string(kUnfinished) + std::to_string(::getpid()) + "." +
                                 std::to_string(monotonic_ns()) + std::to_string(writes.fetch_add(1));
  const Descriptor file(::openat(descriptor_, unfinished.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                                 S_IRUSR | S_IWUSR));
  if (file.number() < 0) return;
  const bool written =
      write_all(file.number(), std::string_view(reinterpret_cast<const char*>(&header), sizeof header)) &&
      write_all(file.number(), stamp) && write_all(file.number(), bytes);
  const std::string file_name = name + std::string(kSuffix);
  if (!written || ::renameat(descriptor_, unfinished.c_str(), descriptor_, file_name.c_str()) != 0) {
    ::unlinkat(descriptor_, unfinished.c_str(), 0);
    return;
  }
  written_ = true;
}

void CacheFolder::prune() {
  struct Entry {
    timespec used;
    std::uint64_t bytes;
    std::string name;
  };
  // A descriptor of its own, since closedir() closes it.
  const int listing = ::openat(descriptor_, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR* const folder = listing < 0 ? nullptr : ::fdopendir(listing);
  if (folder == nullptr) {
    if (listing >= 0) ::close(listing);
    return;
  }
  std::vector<Entry> entries;
  std::uint64_t total = 0;
  const std::time_t now = std::time(nullptr);
  while (const dirent* const entry = ::readdir(folder)) {
    const std::string name = entry->d_name;
    struct stat status {};
    if (::fstatat(descriptor_, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(status.st_mode)) continue;
    if (is_unfinished(name) && now - status.st_mtim.tv_sec > kForgottenSeconds) {
      ::unlinkat(descriptor_, name.c_str(), 0);
    }
    if (!is_finished(name)) continue;
    total += static_cast<std::uint64_t>(status.st_size);
    entries.push_back({status.st_mtim, static_cast<std::uint64_t>(status.st_size), name});
  }
  ::closedir(folder);
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    return std::pair(a.used.tv_sec, a.used.tv_nsec) < std::pair(b.used.tv_sec, b.used.tv_nsec);
  });
  for (const Entry& oldest : entries) {
    if (total <= most_bytes_) break;
    if (::unlinkat(descriptor_, oldest.name.c_str(), 0) == 0) total -= oldest.bytes;
  }
}

}  // namespace memline::symbols
