#include "views/ledger_view.h"

#include <fmt/format.h>

#include <string>
#include <utility>

#include "base/counted.h"
#include "views/common_parts.h"

namespace memline::views {
namespace {

using model::LedgerKind;
using model::LedgerRow;

std::string title(const LedgerRow& row) {
  switch (row.kind) {
    case LedgerKind::kHeap:
      return "live heap: " + row.name;
    case LedgerKind::kRounding:
      return "rounding inside blocks";
    case LedgerKind::kAllocator:
      return "allocator: free memory and bookkeeping";
    case LedgerKind::kMappings:
      return "the program's own mappings";
    case LedgerKind::kStacks:
      return "thread stacks";
    case LedgerKind::kFile:
      return "file: " + row.name;
    case LedgerKind::kShared:
      return row.name.empty() ? "shared memory" : "shared memory: " + row.name;
    case LedgerKind::kProfiler:
      return "memline itself";
    case LedgerKind::kOther:
      break;
  }
  return "other anonymous memory";
}

/// Kinds with a row for each site or file.
bool has_names(LedgerKind kind) {
  return kind == LedgerKind::kHeap || kind == LedgerKind::kFile || kind == LedgerKind::kShared;
}

}  // namespace

Table ledger_view(const model::Ledger& ledger, std::size_t most_rows) {
  Table table;
  table.heading = {
      fmt::format("RSS at its {} ({:.3f} s after the start)", ledger.at == "peak" ? "highest" : "end", ledger.at_time)};
  table.columns = {{"bytes", "In RAM", Align::kRight, Shrink::kNever},
                   {"percent", "%", Align::kRight, Shrink::kNever},
                   {"what", "What", Align::kLeft, Shrink::kCutEnd}};
  const auto add = [&](std::uint64_t size, std::string what, RowRole role) {
    table.rows.push_back(
        {{bytes(size), Cell::percent(percent(size, ledger.rss)), Cell::of_text(std::move(what))}, role});
  };
  std::size_t named = 0, hidden = 0;
  std::uint64_t hidden_bytes = 0;
  for (std::size_t i = 0; i < ledger.rows.size(); ++i) {
    const LedgerRow& row = ledger.rows[i];
    if (i == 0 || row.kind != ledger.rows[i - 1].kind) named = 0;
    if (has_names(row.kind) && most_rows > 0 && named == most_rows) {
      ++hidden;
      hidden_bytes += row.bytes;
    } else {
      ++named;
      add(row.bytes, title(row), RowRole::kNormal);
    }
    if (hidden > 0 && (i + 1 == ledger.rows.size() || ledger.rows[i + 1].kind != row.kind)) {
      LedgerRow others = row;
      others.name = row.kind == LedgerKind::kHeap ? "(" + counted(hidden, "other site", "other sites") + ")"
                                                  : "(" + counted(hidden, "other file", "other files") + ")";
      add(hidden_bytes, title(others), RowRole::kQuiet);
      hidden = hidden_bytes = 0;
    }
  }
  add(ledger.rss, "(RSS)", RowRole::kTotal);
  if (ledger.page_tables > 0) {
    table.notes.push_back(fmt::format("Page tables, no part of the RSS: {} KiB.", ledger.page_tables >> 10));
  }
  if (ledger.swapped > 0) table.notes.push_back(fmt::format("Swapped out: {} KiB.", ledger.swapped >> 10));
  if (!ledger.complete) table.notes.emplace_back("Not all of the address space could be looked at.");
  return table;
}

Table ledger_data_view(const model::LedgerModel& model) {
  Table table;
  for (const char* key : {"at", "at_time", "kind", "name", "bytes"}) {
    table.columns.push_back({key, key, Align::kLeft, Shrink::kNever});
  }
  for (const model::Ledger& ledger : model.ledgers) {
    for (const LedgerRow& row : ledger.rows) {
      table.rows.push_back({{Cell::of_text(ledger.at), Cell::seconds(ledger.at_time),
                             Cell::of_text(to_string(row.kind)), Cell::of_text(row.name), bytes(row.bytes)},
                            RowRole::kNormal});
    }
  }
  return table;
}

}  // namespace memline::views
