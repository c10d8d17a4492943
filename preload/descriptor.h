/// \file HighDescriptor: a descriptor of ours that stays out of the program's way.
///
/// Close-on-exec and at a high number, so that the program's own files get the numbers they would get without us. The
/// program may close it all the same, and give the number to a file of its own: so it is used only after a look at the
/// device and inode behind it, and opened again by its path where they are not ours.
#pragma once

#include <sys/stat.h>

#include <cstdint>

namespace memline::capture {

class HighDescriptor {
 public:
  /// Takes over a fresh descriptor: moves it up and remembers what it is. False: it could not be kept; it is closed.
  bool adopt(int fd) noexcept;

  /// The descriptor, checked; opened again where it is no longer ours: `path` with `flags`, the same device and inode
  /// unless `any_inode`. -1 where that fails.
  int get(const char* path, int flags, bool any_inode) noexcept;

  /// The descriptor, checked; -1 where it is no longer ours.
  int held() const noexcept { return is_ours() ? fd_ : -1; }

  /// Closes it if it is still ours.
  void drop() noexcept;

  std::uint64_t device() const noexcept { return device_; }
  std::uint64_t inode() const noexcept { return inode_; }

 private:
  bool is_ours() const noexcept;

  int fd_ = 0;  ///< 0: none; ours are never that low
  std::uint64_t device_ = 0;
  std::uint64_t inode_ = 0;
};

}  // namespace memline::capture
