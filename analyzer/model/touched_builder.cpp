#include "model/touched_builder.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "model/block_owners.h"
#include "model/frame_source.h"
#include "model/profile_notes.h"
#include "model/resident_pages.h"
#include "model/sites.h"

namespace memline::model {
namespace {

/// What an allocator writes of its own on either side of a block: glibc's size of the chunk before and of what is behind.
constexpr std::uint64_t kBookkeepingBytes = 32;

class TouchedPages : public replay::Observer {
 public:
  TouchedPages(const replay::Image& image, FrameSource& frames)
      : stacks_(image.stacks), pages_(image, frames), page_bytes_(image.page_bytes()) {
    pages_.set_made([this](NodeId stack, std::uint64_t address) {
      const NodeId owner = owner_of(stack, address);
      if (owner.none()) unowned_[address / page_bytes_] = stack;
      bytes_[{owner, stack}] += page_bytes_;
    });
  }

  void on_sample(const replay::SampleEvent& sample) override { pages_.on_sample(sample); }
  bool wants_steps() override { return true; }
  void on_step(const replay::AddressStep& step) override {
    using Kind = replay::AddressStep::Kind;
    if (step.kind == Kind::kAcquire || step.kind == Kind::kMove) claim(step);
    owners_.apply(step);
    pages_.on_step(step);
  }
  bool wants_look(std::uint64_t ticks) override { return pages_.wants_look(ticks); }
  void on_look(const replay::ResidentLook& look, const replay::LiveMemory& memory) override {
    pages_.on_look(look, memory);
  }

  const ResidentTotals& totals() const { return pages_.totals(); }
  /// By allocating and by touching stack.
  const std::map<std::pair<NodeId, NodeId>, std::uint64_t>& bytes() const { return bytes_; }

 private:
  NodeId owner_of(NodeId stack, std::uint64_t address) const {
    const NodeId owner = owners_.find(address);
    if (!owner.none()) return owner;
    // The events of a thread are stamped more coarsely than samples: the call may seem to have returned already.
    const NodeId beside = owners_.find_beside(address, kBookkeepingBytes);
    return is_below(stack, beside) ? beside : NodeId{};
  }
  /// A block is known once the call that makes it has returned: pages that were touched below that very call, and that the
  /// block lies on, are its own.
  void claim(const replay::AddressStep& step) {
    const std::uint64_t end = step.address + step.length + kBookkeepingBytes;
    auto page = unowned_.lower_bound((step.address - kBookkeepingBytes) / page_bytes_);
    while (page != unowned_.end() && page->first * page_bytes_ < end) {
      if (!is_below(page->second, step.stack)) {
        ++page;
        continue;
      }
      bytes_[{NodeId{}, page->second}] -= page_bytes_;
      bytes_[{step.stack, page->second}] += page_bytes_;
      page = unowned_.erase(page);
    }
  }
  bool is_below(NodeId stack, NodeId caller) const {
    if (caller.none() || stack.none()) return false;
    while (stacks_.is_frame(stack) && stack != caller) stack = stacks_.node(stack).parent;
    return stack == caller && stacks_.is_frame(stack);
  }

  const replay::StackTable& stacks_;
  ResidentPages pages_;
  BlockOwners owners_;
  std::uint64_t page_bytes_;
  std::map<std::pair<NodeId, NodeId>, std::uint64_t> bytes_;
  std::map<std::uint64_t, NodeId> unowned_;  ///< pages that lay in no block: number -> who touched them
};

TouchedPlace touched_place(const SiteInfo& site) {
  TouchedPlace place;
  place.label = site.line != 0 ? site.label() + " " + site.function_name : site.label();
  place.function = site.function_name;
  if (site.line == 0) return place;
  place.file = site.file_path;
  place.line = site.line;
  return place;
}

}  // namespace

Result<TouchedModel> build_touched(Profile& profile) {
  TouchedPages touched(profile.image(), profile.frames());
  if (!touched.totals().measured) {
    const std::string& reason = touched.totals().reason;
    return Error{ExitCode::kNothing,
                 "page faults were not recorded: " + (reason.empty() ? "MEMLINE_RESIDENT=1 has it done" : reason),
                 profile.recording().path};
  }
  const Result<replay::Outcome> outcome = profile.run(&touched);
  if (!outcome) return outcome.error();

  Sites sites(profile.frames(), profile.rules(), [&](const std::string& name) { return profile.display_name(name); });
  std::map<std::pair<SiteId, SiteId>, std::uint64_t> by_site;
  for (const auto& [stacks, bytes] : touched.bytes()) {
    if (bytes == 0) continue;
    const SiteId owner = stacks.first.none() ? SiteId{} : sites.of_stack(stacks.first).site;
    by_site[{owner, sites.of_stack(stacks.second).site}] += bytes;
  }
  TouchedModel model;
  model.common = profile.common();
  model.common.losses = outcome->losses;
  model.resident = touched.totals();
  model.resident.is_filtered = profile.is_filtered();
  for (const auto& [pair, bytes] : by_site) {
    TouchedRow row;
    row.bytes = bytes;
    row.allocated.label = "(no block: allocator, stacks, files)";
    if (!pair.first.none()) row.allocated = touched_place(sites.info(pair.first));
    row.resident = touched_place(sites.info(pair.second));
    model.rows.push_back(std::move(row));
  }
  std::sort(model.rows.begin(), model.rows.end(), [](const TouchedRow& a, const TouchedRow& b) {
    if (a.bytes != b.bytes) return a.bytes > b.bytes;
    return std::tie(a.allocated.label, a.resident.label) < std::tie(b.allocated.label, b.resident.label);
  });
  return model;
}

}  // namespace memline::model
