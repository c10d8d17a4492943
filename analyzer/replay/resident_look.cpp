#include "replay/resident_look.h"

#include <algorithm>
#include <utility>

namespace memline::replay {
namespace {

/// Above any address of a program; sums of such stay in range.
constexpr std::uint64_t kMostAddress = std::uint64_t{1} << 62;

}  // namespace

std::uint64_t ResidentLook::resident_in(std::uint64_t begin, std::uint64_t end) const {
  if (end <= begin) return 0;
  const auto up_to = [this](std::uint64_t address) -> std::uint64_t {
    auto after = std::upper_bound(pages.begin(), pages.end(), address,
                                  [](std::uint64_t wanted, const PageRun& run) { return wanted < run.begin; });
    if (after == pages.begin()) return 0;
    --after;
    return after->before + std::min(address, after->end) - after->begin;
  };
  return up_to(end) - up_to(begin);
}

const ResidentRegion* ResidentLook::mapping_at(std::uint64_t address) const {
  auto after =
      std::upper_bound(mappings.begin(), mappings.end(), address,
                       [](std::uint64_t wanted, const ResidentRegion& region) { return wanted < region.begin; });
  if (after == mappings.begin()) return nullptr;
  --after;
  return address < after->end ? &*after : nullptr;
}

void LookAssembler::begin(const trace::ResidentLook& record, std::uint64_t page_bytes) {
  open_ = true;
  page_bytes_ = page_bytes;
  look_ = {};
  look_.ticks = record.time;
  look_.reason = record.reason;
  look_.rss_bytes = record.rss_pages < kMostAddress / page_bytes ? record.rss_pages * page_bytes : 0;
  look_.page_table_bytes = record.page_table_bytes;
  look_.swapped_bytes = record.swapped_bytes;
}

void LookAssembler::add(const trace::ResidentRegion& record) {
  if (!open_ || record.begin >= kMostAddress || record.length_bytes > kMostAddress) return;
  ResidentRegion region{record.kind, record.begin, record.begin + record.length_bytes, record.protection,
                        std::string(record.name)};
  const bool is_mapping = record.kind == trace::RegionKind::kPrivate || record.kind == trace::RegionKind::kShared;
  if (!is_mapping) {
    look_.parts.push_back(std::move(region));
  } else if (look_.mappings.empty() || region.begin >= look_.mappings.back().end) {
    look_.mappings.push_back(std::move(region));
  }
}

void LookAssembler::add(const trace::ResidentPages& record) {
  if (!open_) return;
  const std::uint64_t most_pages = kMostAddress / page_bytes_;
  std::uint64_t page = record.first_page;
  for (std::uint32_t i = 0; i < record.count && i < record.runs.size(); ++i) {
    const auto& [gap, pages] = record.runs[i];
    if (page >= most_pages || gap >= most_pages || pages >= most_pages || pages == 0) return;
    const std::uint64_t begin = (page + gap) * page_bytes_;
    page += gap + pages;
    if (page >= most_pages || (!look_.pages.empty() && begin < look_.pages.back().end)) return;
    if (!look_.pages.empty() && begin == look_.pages.back().end) {
      look_.pages.back().end = page * page_bytes_;
    } else {
      look_.pages.push_back({begin, page * page_bytes_, look_.resident_bytes()});
    }
  }
}

bool LookAssembler::end(const trace::ResidentEnd& record) {
  const bool was_open = std::exchange(open_, false);
  look_.complete = record.complete != 0;
  return was_open;
}

}  // namespace memline::replay
