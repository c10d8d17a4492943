/// \file PageScan: which pages of this process occupy RAM, from /proc/self/pagemap.
///
/// Linux 6.7 and later give runs of pages at once, and know the shared zero page, which occupies nothing. Before that,
/// one entry a page is read, and a zero page counts as any other. No heap, no errno.
#pragma once

#include <cstddef>
#include <cstdint>

namespace memline::capture {

inline constexpr std::uint64_t kPageBytes = 4096;

/// Where the runs go: in order of address; neighbours may come apart.
struct PageReceiver {
  void (*on_pages)(void* self, std::uint64_t begin, std::uint64_t end) noexcept;
  void* self;
};

class PageScan {
 public:
  /// `fd` is /proc/self/pagemap; `buffer` is aligned to 8 bytes.
  PageScan(int fd, void* buffer, std::size_t capacity) noexcept : fd_(fd), buffer_(buffer), capacity_(capacity) {}

  /// All of [begin, end) in runs. False: this kernel cannot.
  bool scan(std::uint64_t begin, std::uint64_t end, const PageReceiver& receiver) noexcept;
  /// The same by reading an entry a page; at most `most_pages`, which is counted down. False: not all was read.
  bool read(std::uint64_t begin, std::uint64_t end, std::uint64_t& most_pages, const PageReceiver& receiver) noexcept;

 private:
  int fd_;
  void* buffer_;
  std::size_t capacity_;
};

}  // namespace memline::capture
