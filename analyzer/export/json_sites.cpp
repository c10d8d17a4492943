#include <algorithm>

#include "export/json.h"
#include "export/json_common.h"

namespace memline::exporting {
namespace {

Json site_object(const model::Site& site, const model::TopModel& top) {
  Json object;
  object["file"] = or_null(site.file);
  object["line"] = or_null(site.line);
  object["function"] = site.function;
  object["module"] = text_or_null(site.module);
  object["why"] = or_null(site.why);
  object["text"] = or_null(site.text);
  object["allocated"] = site.costs.allocated;
  object["allocations"] = site.costs.allocations;
  object["at_peak"] = site.costs.at_peak;
  object["at_end"] = site.costs.at_end;
  object["temporary"] = site.costs.temporary;
  object["temporary_bytes"] = site.costs.temporary_bytes;
  const model::SiteCosts& costs = site.costs;
  object["resident_at_peak"] = nullptr;
  object["resident_at_end"] = nullptr;
  if (top.has_resident) {
    object["resident_at_peak"] =
        or_null(model::known_resident(costs.resident_at_peak, costs.looked_at_peak, costs.at_peak));
    object["resident_at_end"] =
        or_null(model::known_resident(costs.resident_at_end, costs.looked_at_end, costs.at_end));
  }
  object["counters"] = counter_values(costs.counters, top.counters);
  return object;
}

Json row_object(const model::HeapRow& row) {
  Json object;
  object["kind"] = row.kind;
  object["file"] = or_null(row.file);
  object["line"] = or_null(row.line);
  object["function"] = or_null(row.function);
  object["count"] = row.count;
  object["bytes"] = row.bytes;
  object["resident"] = or_null(row.resident);
  object["rule"] = text_or_null(row.rule);
  return object;
}

Json ledger_object(const model::Ledger& ledger) {
  Json object;
  object["at"] = ledger.at;
  object["at_time"] = ledger.at_time;
  object["rss"] = ledger.rss;
  object["kernel_rss"] = ledger.kernel_rss;
  object["page_tables"] = ledger.page_tables;
  object["swapped"] = ledger.swapped;
  object["complete"] = ledger.complete;
  object["rows"] = Json::array();
  for (const model::LedgerRow& row : ledger.rows) {
    object["rows"].push_back({{"kind", to_string(row.kind)}, {"name", row.name}, {"bytes", row.bytes}});
  }
  return object;
}

std::size_t shown(std::size_t count, std::size_t most) {
  return most == 0 ? count : std::min(count, most);
}

}  // namespace

std::string top_json(const model::TopModel& top, std::size_t most_sites) {
  Json document = start_document("memline.top/1", top.common);
  document["inclusive"] = top.inclusive;
  document["counters"] = counter_list(top.counters);
  document["totals"] = Json::object();
  add_totals(document["totals"], top.totals);
  document["sites"] = Json::array();
  for (std::size_t i = 0; i < shown(top.sites.size(), most_sites); ++i) {
    document["sites"].push_back(site_object(top.sites[i], top));
  }
  return to_text(document);
}

std::string heap_json(const model::HeapModel& heap, std::size_t most_rows) {
  Json document = start_document("memline.heap/1", heap.common);
  document["at"] = heap.at;
  document["at_time"] = finite_or_null(heap.at_time);
  document["since"] = or_null(heap.since);
  document["by"] = heap.by;
  document["count"] = heap.count;
  document["bytes"] = heap.bytes;
  document["typed_bytes"] = or_null(heap.typed_bytes);
  document["seconds_to_look"] = finite_or_null(heap.seconds_to_look);
  document["rows"] = Json::array();
  for (std::size_t i = 0; i < shown(heap.rows.size(), most_rows); ++i) {
    document["rows"].push_back(row_object(heap.rows[i]));
  }
  return to_text(document);
}

std::string summary_json(const model::SummaryModel& summary, const model::LedgerModel* ledgers) {
  Json document = start_document("memline.summary/1", summary.common);
  add_totals(document, summary.totals);
  document["short_stack_share"] = summary.common.losses.stacks.short_share();
  document["counters"] = counter_list(summary.counters);
  for (std::size_t i = 0; i < summary.counters.size(); ++i) {
    const auto rate = model::per_second(summary.counters[i], summary.common.program.duration);
    document["counters"][i]["per_second"] = summary.is_filtered ? Json(nullptr) : finite_or_null(rate);
  }
  document["lost_samples"] = summary.lost_samples;
  if (ledgers != nullptr) {
    document["ledgers"] = Json::array();
    for (const model::Ledger& ledger : ledgers->ledgers) document["ledgers"].push_back(ledger_object(ledger));
  }
  return to_text(document);
}

}  // namespace memline::exporting
