#include "model/ledger_builder.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "model/resident_split.h"
#include "model/sites.h"

namespace memline::model {
namespace {

/// Splits the looks at given times.
class LookSplitter : public replay::Observer {
 public:
  struct Done {
    Ledger ledger;  ///< without rows and `at`
    ResidentSplit split;
  };

  LookSplitter(const replay::Image& image, std::vector<std::uint64_t> ticks)
      : image_(image), ticks_(std::move(ticks)) {}

  bool wants_look(std::uint64_t ticks) override {
    return std::find(ticks_.begin(), ticks_.end(), ticks) != ticks_.end();
  }
  void on_look(const replay::ResidentLook& look, const replay::LiveMemory& memory) override {
    const std::string module = base_name(image_.allocator);
    Done done{{}, split_resident(look, memory, module.starts_with("libc.so") || module.starts_with("libc-"))};
    done.ledger.at_time = image_.seconds_since_start(look.ticks);
    done.ledger.rss = look.resident_bytes();
    done.ledger.kernel_rss = look.rss_bytes;
    done.ledger.page_tables = look.page_table_bytes;
    done.ledger.swapped = look.swapped_bytes;
    done.ledger.complete = look.complete;
    done_[look.ticks] = std::move(done);
  }
  const Done* find(std::uint64_t ticks) const {
    const auto found = done_.find(ticks);
    return found == done_.end() ? nullptr : &found->second;
  }

 private:
  const replay::Image& image_;
  std::vector<std::uint64_t> ticks_;
  std::map<std::uint64_t, Done> done_;
};

void add_rows(const std::map<std::string, std::uint64_t>& by_name, LedgerKind kind, std::vector<LedgerRow>& rows) {
  const auto first = static_cast<std::ptrdiff_t>(rows.size());
  for (const auto& [name, bytes] : by_name) {
    if (bytes > 0) rows.push_back({kind, name, bytes});
  }
  std::sort(rows.begin() + first, rows.end(), [](const LedgerRow& a, const LedgerRow& b) {
    return a.bytes != b.bytes ? a.bytes > b.bytes : a.name < b.name;
  });
}

std::vector<LedgerRow> rows_of(const ResidentSplit& split, Sites& sites) {
  std::map<std::string, std::uint64_t> by_site;
  for (const auto& [owner, bytes] : split.heap) {
    const SiteInfo& site = sites.info(sites.of_stack(owner).site);
    by_site[site.line != 0 ? site.label() + " " + site.function_name : site.label()] += bytes;
  }
  std::vector<LedgerRow> rows;
  add_rows(by_site, LedgerKind::kHeap, rows);
  const auto one = [&rows](LedgerKind kind, std::uint64_t bytes) {
    if (bytes > 0) rows.push_back({kind, "", bytes});
  };
  one(LedgerKind::kRounding, split.rounding);
  one(LedgerKind::kAllocator, split.allocator);
  one(LedgerKind::kMappings, split.mappings);
  one(LedgerKind::kStacks, split.stacks);
  add_rows(split.files, LedgerKind::kFile, rows);
  add_rows(split.shared, LedgerKind::kShared, rows);
  one(LedgerKind::kOther, split.other);
  one(LedgerKind::kProfiler, split.profiler);
  return rows;
}

}  // namespace

std::string to_string(LedgerKind kind) {
  static constexpr const char* kNames[] = {"heap", "rounding", "allocator", "mappings", "stacks",
                                           "file", "shared",   "profiler",  "other"};
  return kNames[static_cast<std::size_t>(kind)];
}

Result<LedgerModel> build_ledgers(Profile& profile) {
  LedgerModel model;
  const replay::Image& image = profile.image();
  if (image.looks.empty()) return model;
  const auto highest = std::max_element(
      image.looks.begin(), image.looks.end(),
      [](const replay::LookInfo& a, const replay::LookInfo& b) { return a.resident_bytes < b.resident_bytes; });
  const std::vector<std::pair<std::string, std::uint64_t>> wanted = {{"peak", highest->ticks},
                                                                     {"end", image.looks.back().ticks}};
  LookSplitter splitter(image, {highest->ticks, image.looks.back().ticks});
  const Result<replay::Outcome> outcome = profile.run(&splitter);
  if (!outcome) return outcome.error();
  Sites sites(profile.frames(), profile.rules(), [&](const std::string& name) { return profile.display_name(name); });
  for (const auto& [at, ticks] : wanted) {
    const LookSplitter::Done* const done = splitter.find(ticks);
    if (done == nullptr) continue;
    model.ledgers.push_back(done->ledger);
    model.ledgers.back().at = at;
    model.ledgers.back().rows = rows_of(done->split, sites);
  }
  model.common = profile.common();  // last: what it says of debug information is of what was looked at
  model.common.losses = outcome->losses;
  return model;
}

}  // namespace memline::model
