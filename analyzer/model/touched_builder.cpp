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

class TouchedPages : public replay::Observer {
 public:
  TouchedPages(const replay::Image& image, FrameSource& frames)
      : pages_(image, frames), page_bytes_(image.page_bytes()) {
    pages_.set_made([this](NodeId stack, std::uint64_t address) {
      bytes_[{owners_.find(address), stack}] += page_bytes_;
    });
  }

  void on_sample(const replay::SampleEvent& sample) override { pages_.on_sample(sample); }
  bool wants_steps() override { return true; }
  void on_step(const replay::AddressStep& step) override {
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
  ResidentPages pages_;
  BlockOwners owners_;
  std::uint64_t page_bytes_;
  std::map<std::pair<NodeId, NodeId>, std::uint64_t> bytes_;
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
