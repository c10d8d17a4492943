#include "model/top_builder.h"

#include <algorithm>
#include <tuple>
#include <utility>
#include <vector>

#include "model/cost_pass.h"
#include "model/frames_ahead.h"
#include "model/sites.h"
#include "model/source_cache.h"

namespace memline::model {
namespace {

bool is_nothing(const SiteCosts& costs) {
  return costs.allocated == 0 && costs.allocations == 0 && costs.at_peak == 0 && costs.at_end == 0 &&
         costs.temporary == 0 && costs.counters.empty();
}

/// By what `top` is not sorted; sites that allocate nothing come in this order.
std::uint64_t first_counter(const SiteCosts& costs) {
  return costs.counters.empty() ? 0 : costs.counters.front().value;
}

std::int64_t order_key(const SiteCosts& costs, TopOrder order) {
  switch (order) {
    case TopOrder::kAtPeak:
      return costs.at_peak;
    case TopOrder::kAllocated:
      return static_cast<std::int64_t>(costs.allocated);
    case TopOrder::kAllocations:
      return static_cast<std::int64_t>(costs.allocations);
    case TopOrder::kAtEnd:
      return costs.at_end;
    case TopOrder::kTemporary:
      return static_cast<std::int64_t>(costs.temporary);
    case TopOrder::kCounter:
      return static_cast<std::int64_t>(first_counter(costs));
  }
  return 0;
}

void sort_sites(std::vector<Site>& sites, TopOrder order) {
  const auto key = [order](const Site& site) {
    // Descending by the wanted column, then by others; names make the order certain.
    return std::tuple(
        -order_key(site.costs, order), -site.costs.at_peak, -static_cast<std::int64_t>(site.costs.allocated),
        -static_cast<std::int64_t>(site.costs.allocations), -static_cast<std::int64_t>(first_counter(site.costs)));
  };
  std::sort(sites.begin(), sites.end(), [&](const Site& a, const Site& b) {
    if (key(a) != key(b)) return key(a) < key(b);
    return std::tie(a.file, a.line, a.function, a.module) < std::tie(b.file, b.line, b.function, b.module);
  });
}

Site make_site(Profile& profile, const SiteInfo& info, const SiteCosts& costs) {
  Site site;
  site.function = info.function_name;
  site.module = info.module_path;
  site.costs = costs;
  if (info.line == 0) {
    const bool has_stack = !info.function.none() || !info.module.none();
    const bool has_line = info.why == symbols::NoLine::kNone;  // see UserLine
    site.why = !has_stack ? "no stack" : has_line ? "not own code" : symbols::to_string(info.why);
    return site;
  }
  site.file = info.file_path;
  site.line = info.line;
  const SourceFile& source = profile.sources().file(info.file_path, profile.built_at(info.module));
  if (source.has_line(info.line)) site.text = source.lines[info.line - 1];
  return site;
}

}  // namespace

std::optional<TopOrder> parse_top_order(std::string_view text) {
  for (const auto& [name, order] : {std::pair<std::string_view, TopOrder>{"at_peak", TopOrder::kAtPeak},
                                    {"allocated", TopOrder::kAllocated},
                                    {"allocations", TopOrder::kAllocations},
                                    {"at_end", TopOrder::kAtEnd},
                                    {"temporary", TopOrder::kTemporary},
                                    {"counter", TopOrder::kCounter}}) {
    if (name == text) return order;
  }
  return std::nullopt;
}

Result<TopModel> build_top(Profile& profile, const TopRequest& request) {
  FramesAhead frames(profile, FramesAhead::Wanted::kUserLines);
  Result<Costs> costs = collect_costs(profile, true);
  if (!costs) return costs.error();
  frames.finish();
  Sites sites(profile.frames(), profile.rules(), [&](const std::string& name) { return profile.display_name(name); });
  std::vector<SiteCosts> by_site;
  costs->by_stack.for_each([&](NodeId stack, const SiteCosts& own) {
    if (is_nothing(own)) return;
    const auto charge = [&](SiteId site) {
      by_site.resize(sites.size());
      by_site[site.index()] += own;
    };
    if (request.inclusive) {
      for (const SiteId site : sites.all_of_stack(stack)) charge(site);
    } else {
      charge(sites.of_stack(stack).site);
    }
  });

  TopModel top;
  top.common = profile.common();
  top.common.losses = costs->outcome.losses;
  top.totals = costs->totals;
  top.counters = CounterColumns(profile.image()).all();
  top.has_resident = !profile.image().looks.empty();
  if (!costs->resident_note.empty()) top.common.notes.push_back(costs->resident_note);
  top.inclusive = request.inclusive;
  for (std::size_t i = 0; i < by_site.size(); ++i) {
    if (!is_nothing(by_site[i])) top.sites.push_back(make_site(profile, sites.info(SiteId{i}), by_site[i]));
  }
  sort_sites(top.sites, request.order);
  return top;
}

}  // namespace memline::model
