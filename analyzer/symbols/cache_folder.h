/// \file CacheFolder: small files by name in a folder of the user's own, which any number of processes share.
///
/// What is there is used only if nobody but this user can have written it (owner, permissions, no links) and if it is
/// whole (length, checksum); all else counts as absent and is replaced by the next write. A write is seen as a whole or
/// not at all. Nothing here reports an error: a cache that does not work makes things slower, not wrong.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace memline::symbols {

class CacheFolder {
 public:
  /// When the files together exceed this, those that were not used for the longest time go, with the object.
  static constexpr std::uint64_t kMostBytes = std::uint64_t{256} << 20;
  static constexpr std::uint64_t kMostFileBytes = kMostBytes / 4;

  /// `path` "": there is no cache. The folder is made when something is written.
  explicit CacheFolder(std::string path, std::uint64_t most_bytes = kMostBytes);
  ~CacheFolder();
  CacheFolder(const CacheFolder&) = delete;
  CacheFolder& operator=(const CacheFolder&) = delete;

  bool is_used() const { return !path_.empty(); }
  /// The bytes last written under `name` together with this very `stamp`.
  std::optional<std::string> read(const std::string& name, std::string_view stamp);
  /// `name` is a build id in lower-case hexadecimal digits.
  void write(const std::string& name, std::string_view stamp, std::string_view bytes);

 private:
  bool open(bool make);
  void prune();

  std::string path_;
  std::uint64_t most_bytes_;
  int descriptor_ = -1;
  bool written_ = false;
};

}  // namespace memline::symbols
