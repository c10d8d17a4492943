#include "model/resident_pages.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace memline::model {
namespace {

using replay::AddressStep;

constexpr std::uint64_t kHugePageBytes = std::uint64_t{2} << 20;
/// What the kernel maps around a fault on a file (fault_around_bytes).
constexpr std::uint64_t kFaultAroundBytes = std::uint64_t{64} << 10;

}  // namespace

ResidentPages::ResidentPages(const replay::Image& image, FrameSource& frames)
    : profiler_(frames), page_bytes_(image.page_bytes()) {
  for (const replay::CounterInfo& counter : image.counters) {
    if (!counter.faults) continue;
    totals_.measured = counter.refusal.empty();
    totals_.reason = counter.refusal;
  }
}

void ResidentPages::charge(NodeId stack, bool observed, std::int64_t bytes) {
  if (!observed) return;
  totals_.lines += bytes;
  if (stack.none()) return;
  if (by_stack_.size() <= stack.index()) by_stack_.resize(stack.index() + 1);
  by_stack_[stack.index()] += bytes;
}

void ResidentPages::made(std::uint64_t address, const Page& how) {
  if (!pages_.try_emplace(address / page_bytes_, how).second) return;
  const auto bytes = static_cast<std::int64_t>(page_bytes_);
  switch (how.who) {
    case Who::kStack:
      if (made_by_) made_by_(how.stack, address);
      return charge(how.stack, true, bytes);
    case Who::kKernel:
      totals_.kernel += bytes;
      return;
    case Who::kProfiler:
      totals_.profiler += bytes;
      return;
    case Who::kInherited:
      totals_.inherited += bytes;
      return;
    case Who::kHidden:
      return;
  }
}

ResidentPages::Pages::iterator ResidentPages::gone(Pages::iterator page, const Giver& giver) {
  const auto bytes = static_cast<std::int64_t>(page_bytes_);
  if (page->second.who == Who::kProfiler) {
    totals_.profiler -= bytes;
  } else if (!giver.stack.none()) {
    charge(giver.stack, giver.observed, -bytes);
  } else {
    totals_.unknown -= bytes;
  }
  return pages_.erase(page);
}

void ResidentPages::give_back(std::uint64_t begin, std::uint64_t end, const Giver& giver) {
  auto page = pages_.lower_bound(begin / page_bytes_);
  while (page != pages_.end() && page->first * page_bytes_ < end) page = gone(page, giver);
}

void ResidentPages::freed(std::uint64_t begin, std::uint64_t end, const Giver& giver) {
  for (auto page = pages_.lower_bound(begin / page_bytes_); page != pages_.end() && page->first * page_bytes_ < end;
       ++page) {
    page->second.freed_by = giver.stack;
    page->second.freed_observed = giver.observed;
  }
}

bool ResidentPages::any_between(std::uint64_t begin, std::uint64_t end) const {
  const auto page = pages_.lower_bound(begin / page_bytes_);
  return page != pages_.end() && page->first * page_bytes_ < end;
}

void ResidentPages::moved(std::uint64_t from, std::uint64_t from_end, std::uint64_t to) {
  std::vector<std::pair<std::uint64_t, Page>> taken;
  auto page = pages_.lower_bound(from / page_bytes_);
  while (page != pages_.end() && page->first * page_bytes_ < from_end) {
    taken.emplace_back(page->first - from / page_bytes_ + to / page_bytes_, page->second);
    page = pages_.erase(page);
  }
  for (auto& [number, moved] : taken) pages_.insert_or_assign(number, moved);
}

void ResidentPages::on_sample(const replay::SampleEvent& sample) {
  if (!sample.is_fault || !totals_.measured) return;
  Page page;
  const std::uint64_t number = sample.address / page_bytes_;
  const auto known = pages_.find(number);
  if (known != pages_.end() && known->second.who == Who::kInherited) {
    totals_.inherited -= static_cast<std::int64_t>(page_bytes_);  // the child has a copy of its own now
    pages_.erase(known);
    page.is_copy = true;
  } else if (known != pages_.end()) {
    // Written to after it was read, or after a fork: it was resident before. But what was freed may have been given back.
    if (known->second.freed_by.none()) return;
    gone(known, {known->second.freed_by, known->second.freed_observed});
  }
  page.stack = sample.stack;
  page.since_ticks = sample.ticks;
  page.who = profiler_.contains(sample.stack) ? Who::kProfiler : sample.observed ? Who::kStack : Who::kHidden;
  made(sample.address, page);
}

void ResidentPages::on_step(const AddressStep& step) {
  const Giver giver{step.stack, step.observed};
  const std::uint64_t end = step.address + step.length;
  switch (step.kind) {
    case AddressStep::Kind::kAcquire:
      if (step.length >= page_bytes_) blocks_[step.address] = step.length;
      break;
    case AddressStep::Kind::kRelease:
      if (const auto block = blocks_.find(step.address); block != blocks_.end()) {
        freed(block->first, block->first + block->second, giver);
        blocks_.erase(block);
      }
      break;
    case AddressStep::Kind::kMove: {
      const auto block = blocks_.find(step.from);
      const std::uint64_t old_bytes = block == blocks_.end() ? 0 : block->second;
      if (block != blocks_.end()) blocks_.erase(block);
      if (step.length >= page_bytes_) blocks_[step.address] = step.length;
      if (step.from == step.address || old_bytes == 0) break;
      // A copy touches the pages of the new place; where none was touched, the allocator had the kernel move them.
      if (any_between(step.address + page_bytes_, end)) {
        freed(step.from, step.from + old_bytes, giver);
      } else {
        moved(step.from, step.from + old_bytes, step.address);
      }
      break;
    }
    case AddressStep::Kind::kMap:
    case AddressStep::Kind::kUnmap:
    case AddressStep::Kind::kGiveUp:
      give_back(step.address, end, giver);
      break;
    case AddressStep::Kind::kRemap:
      moved(step.from, step.from + std::min(step.from_length, step.length), step.address);
      if (step.length < step.from_length) give_back(step.from + step.length, step.from + step.from_length, giver);
      break;
  }
}

ResidentPages::Page ResidentPages::bringer(std::uint64_t page, const replay::ResidentLook& look) const {
  const std::uint64_t address = page * page_bytes_;
  const replay::ResidentRegion* const region = look.mapping_at(address);
  const bool is_file = region != nullptr && region->name.starts_with('/');
  const std::uint64_t around = (is_file ? kFaultAroundBytes : kHugePageBytes) / page_bytes_;
  const std::uint64_t first = page / around * around;
  const std::uint64_t begin = region == nullptr ? first : std::max(first, region->begin / page_bytes_);
  for (auto near = pages_.lower_bound(begin); near != pages_.end() && near->first < first + around; ++near) {
    if (region != nullptr && near->first * page_bytes_ >= region->end) break;
    const Page& beside = near->second;
    if (beside.who != Who::kKernel && beside.who != Who::kInherited && !beside.is_copy) return beside;
  }
  Page kernel;
  kernel.who = Who::kKernel;
  kernel.since_ticks = look.ticks;
  return kernel;
}

void ResidentPages::on_look(const replay::ResidentLook& look, const replay::LiveMemory& /*memory*/) {
  if (look.rss_bytes > 0) totals_.rss = static_cast<std::int64_t>(look.rss_bytes);
  Page inherited;
  inherited.who = Who::kInherited;
  inherited.since_ticks = look.ticks;
  std::vector<std::pair<std::uint64_t, Page>> found;
  auto page = pages_.begin();
  const auto skip_to = [&](std::uint64_t end) {
    while (page != pages_.end() && page->first < end) {
      // what came after the look began may not have been seen; an incomplete look has not seen all
      const bool may_be_there = !look.complete || page->second.since_ticks >= look.ticks;
      page = may_be_there ? std::next(page) : gone(page, {page->second.freed_by, page->second.freed_observed});
    }
  };
  for (const replay::PageRun& run : look.pages) {
    skip_to(run.begin / page_bytes_);
    for (std::uint64_t number = run.begin / page_bytes_; number < run.end / page_bytes_; ++number) {
      if (page != pages_.end() && page->first == number) {
        ++page;
      } else {
        found.emplace_back(number, look.reason == trace::LookReason::kFork ? inherited : bringer(number, look));
      }
    }
  }
  skip_to(~std::uint64_t{0});
  for (const replay::ResidentRegion& part : look.parts) {
    if (part.kind != trace::RegionKind::kProfiler) continue;
    for (auto& [number, how] : found) {
      if (number * page_bytes_ >= part.begin && number * page_bytes_ < part.end) how.who = Who::kProfiler;
    }
  }
  for (const auto& [number, how] : found) made(number * page_bytes_, how);
}

}  // namespace memline::model
