#include "page_scan.h"

#include "sys.h"

namespace memline::capture {
namespace {

// The kernel's interface, which older headers lack.
struct ScanArguments {
  std::uint64_t size, flags, start, end, walk_end, vec, vec_len, max_pages;
  std::uint64_t category_inverted, category_mask, category_anyof_mask, return_mask;
};
static_assert(sizeof(ScanArguments) == 96);
struct ScanRegion {
  std::uint64_t start, end, categories;
};
constexpr long kPagemapScan = 0xc0606610;  // _IOWR('f', 16, struct pm_scan_arg)
constexpr std::uint64_t kPresent = 1U << 3, kZeroPage = 1U << 5;

constexpr std::uint64_t kEntryPresent = std::uint64_t{1} << 63;

}  // namespace

bool PageScan::scan(std::uint64_t begin, std::uint64_t end, const PageReceiver& receiver) noexcept {
  auto* const regions = static_cast<ScanRegion*>(buffer_);
  while (begin < end) {
    ScanArguments arguments{};
    arguments.size = sizeof arguments;
    arguments.start = begin;
    arguments.end = end;
    arguments.vec = reinterpret_cast<std::uint64_t>(regions);
    arguments.vec_len = capacity_ / sizeof(ScanRegion);
    arguments.category_mask = kPresent | kZeroPage;
    arguments.category_inverted = kZeroPage;
    arguments.return_mask = kPresent;
    const long found = sys::call(SYS_ioctl, fd_, kPagemapScan, sys::as_long(&arguments));
    if (found < 0) return false;
    for (long i = 0; i < found; ++i) receiver.on_pages(receiver.self, regions[i].start, regions[i].end);
    // walk_end cannot be trusted: where the kernel went in several steps it keeps the end of an earlier one (6.18)
    if (static_cast<std::uint64_t>(found) < arguments.vec_len) return true;
    begin = regions[found - 1].end;
  }
  return true;
}

bool PageScan::read(std::uint64_t begin, std::uint64_t end, std::uint64_t& most_pages,
                    const PageReceiver& receiver) noexcept {
  auto* const entries = static_cast<std::uint64_t*>(buffer_);
  while (begin < end) {
    std::uint64_t pages = (end - begin) / kPageBytes;
    if (pages > capacity_ / sizeof *entries) pages = capacity_ / sizeof *entries;
    if (pages > most_pages) return false;
    const long got = sys::pread(fd_, entries, pages * sizeof *entries, begin / kPageBytes * sizeof *entries);
    if (got < static_cast<long>(sizeof *entries)) return false;
    pages = static_cast<std::uint64_t>(got) / sizeof *entries;
    most_pages -= pages;
    for (std::uint64_t i = 0; i < pages; ++i) {
      if ((entries[i] & kEntryPresent) == 0) continue;
      const std::uint64_t first = i;
      while (i < pages && (entries[i] & kEntryPresent) != 0) ++i;
      receiver.on_pages(receiver.self, begin + first * kPageBytes, begin + i * kPageBytes);
    }
    begin += pages * kPageBytes;
  }
  return true;
}

}  // namespace memline::capture
