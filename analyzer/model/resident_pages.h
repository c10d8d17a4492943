/// \file ResidentPages: follows the pages of the process through a replay: which stack made each resident, and which
/// stack gave it back.
///
/// A page fault makes one page resident; what looks at the RAM find beside it without a fault of its own was made so by
/// the same fault: the rest of a huge page (2 MiB), the pages of a file that the kernel maps around (64 KiB). Pages that
/// are found without any fault near were filled by the kernel. What a forked child has in RAM at its beginning it shares
/// with its parent: inherited, until a fault copies it (each page on its own). Unmapping, MADV_DONTNEED and a lowered break give pages
/// back for certain. A freed block's pages the allocator may keep: they are given back by the free only once they are
/// found gone, by a look or by a new fault.
/// Memory: one record for each resident page, and one for each live block of at least a page.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <unordered_map>
#include <utility>
#include <vector>

#include "model/profiler_stacks.h"
#include "model/report_model.h"
#include "replay/change.h"
#include "replay/recording.h"

namespace memline::model {

class ResidentPages : public replay::Observer {
 public:
  /// Both must outlive it.
  ResidentPages(const replay::Image& image, FrameSource& frames);

  /// Called with a stack for each page that it makes resident, and an address within.
  void set_made(std::function<void(NodeId stack, std::uint64_t address)> made_by) { made_by_ = std::move(made_by); }

  bool wants_changes() override { return false; }
  void on_sample(const replay::SampleEvent& sample) override;
  bool wants_steps() override { return totals_.measured; }
  void on_step(const replay::AddressStep& step) override;
  bool wants_look(std::uint64_t /*ticks*/) override { return totals_.measured; }
  void on_look(const replay::ResidentLook& look, const replay::LiveMemory& memory) override;

  /// Bytes by NodeId::index(): made resident minus given back.
  const std::vector<std::int64_t>& by_stack() const { return by_stack_; }
  const ResidentTotals& totals() const { return totals_; }

 private:
  enum class Who : std::uint8_t { kStack, kKernel, kProfiler, kInherited, kHidden /* the filter keeps it from view */ };
  struct Page {
    NodeId stack;  ///< that made it resident, where Who::kStack
    Who who = Who::kStack;
    std::uint64_t since_ticks = 0;
    NodeId freed_by;  ///< of the block that it lay in; none(): it was not freed
    bool freed_observed = true;
    bool is_copy = false;  ///< of one that a forked child shared with its parent: not part of a huge page
  };
  using Pages = std::map<std::uint64_t, Page>;  ///< by address / page size
  struct Giver {
    NodeId stack;
    bool observed = true;
  };

  void charge(NodeId stack, bool observed, std::int64_t bytes);
  void made(std::uint64_t address, const Page& how);
  Pages::iterator gone(Pages::iterator page, const Giver& giver);
  void give_back(std::uint64_t begin, std::uint64_t end, const Giver& giver);
  void freed(std::uint64_t begin, std::uint64_t end, const Giver& giver);
  void moved(std::uint64_t from, std::uint64_t from_end, std::uint64_t to);
  bool any_between(std::uint64_t begin, std::uint64_t end) const;
  /// Whose fault brought a page that is in RAM without a fault of its own.
  Page bringer(std::uint64_t page, const replay::ResidentLook& look) const;

  ProfilerStacks profiler_;
  std::uint64_t page_bytes_;
  Pages pages_;
  std::unordered_map<std::uint64_t, std::uint64_t> blocks_;  ///< heap blocks of at least a page: address -> bytes
  std::vector<std::int64_t> by_stack_;
  ResidentTotals totals_;
  std::function<void(NodeId, std::uint64_t)> made_by_;
};

}  // namespace memline::model
