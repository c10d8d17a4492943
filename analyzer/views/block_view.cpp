#include "views/block_view.h"

#include <array>
#include <cstdint>
#include <cstdio>
#include <string>
#include <utility>

#include "base/counted.h"
#include "views/common_parts.h"

namespace memline::views {
namespace {

std::string hexadecimal(std::uint64_t address) {
  std::array<char, 24> text{};
  std::snprintf(text.data(), text.size(), "0x%llx", static_cast<unsigned long long>(address));
  return text.data();
}

std::string seconds(double value) {
  std::array<char, 48> text{};
  std::snprintf(text.data(), text.size(), "%.6f s", value);
  return text.data();
}

std::string base_name(const std::string& path) {
  return path.substr(path.rfind('/') + 1);
}

std::string place_of(const model::StackLine& line) {
  if (line.line) return base_name(*line.file) + ":" + std::to_string(*line.line);
  return line.module.empty() ? "(no module)" : base_name(line.module);
}

void add_stack(const std::string& title, const model::BlockCall& call, Table& table) {
  table.rows.push_back(
      {{Cell::of_text(title), Cell::of_text("at " + seconds(call.time)), Cell::of_text("by thread " + call.thread)},
       RowRole::kNormal});
  for (const model::StackLine& line : call.stack) {
    table.rows.push_back(
        {{Cell::empty(), Cell::of_text(place_of(line)), Cell::of_text(line.function)}, RowRole::kNormal});
  }
}

/// Where the address lies in the block, and what is known of it, with its stacks.
Table block_table(std::uint64_t address, const model::BlockReport& block) {
  Table table;
  table.heading.push_back(hexadecimal(address) + " is " + counted(address - block.address, "byte", "bytes") +
                          " into a block of " + counted(block.bytes, "byte", "bytes") + " at " +
                          hexadecimal(block.address) + (block.memory == "heap" ? "." : " (" + block.memory + ")."));
  table.heading.push_back(block.type.empty() ? "Type: not known" : "Type: " + block.type + " (" + block.rule + ")");
  table.columns = {{"event", "Event", Align::kLeft, Shrink::kNever},
                   {"place", "Place", Align::kLeft, Shrink::kCutStart},
                   {"function", "Function", Align::kLeft, Shrink::kCutMiddle}};
  add_stack(block.moved_here ? "reallocated" : "allocated", block.acquired, table);
  if (block.released) add_stack(block.moved_away ? "reallocated away" : "freed", *block.released, table);
  return table;
}

/// The same of a trace that has ended.
Table ended_block_table(const model::CommonInfo& common, std::uint64_t address, const model::BlockReport& block) {
  Table table = block_table(address, block);
  table.heading.insert(table.heading.begin(), program_heading(common.program));
  if (block.age) {
    table.heading.push_back((block.released ? "Lived for " : "Live at the end, age ") + seconds(*block.age));
  }
  return table;
}

std::string asked_heading(const model::AskedBlock& asked) {
  std::string text = "Asked at " + seconds(asked.time) + " by thread " + asked.thread + ": ";
  if (!asked.block) return text + "no recorded block had ever held " + hexadecimal(asked.address) + ".";
  if (!asked.seconds) return text + (asked.was_live ? "live." : "gone.");
  return text +
         (asked.was_live ? "live, age " + seconds(*asked.seconds) + "." : "gone for " + seconds(*asked.seconds) + ".");
}

void add_notes(std::vector<std::string> notes, std::vector<Table>& tables) {
  if (tables.empty()) return;
  std::vector<std::string>& last = tables.back().notes;
  last.insert(last.end(), notes.begin(), notes.end());
}

constexpr const char* kBlockKeys[] = {"address", "bytes",  "memory", "type", "rule", "age",      "event",
                                      "time",    "thread", "depth",  "file", "line", "function", "module"};

/// A row for each frame of its stacks, each with `first` before it.
void add_block_rows(const model::BlockReport& block, const std::vector<Cell>& first, Table& table) {
  const auto add = [&](const char* event, const model::BlockCall& call) {
    for (std::size_t depth = 0; depth < call.stack.size(); ++depth) {
      const model::StackLine& line = call.stack[depth];
      std::vector<Cell> cells = first;
      for (Cell& cell : std::vector<Cell>{
               Cell::of_text(hexadecimal(block.address)), bytes(block.bytes), Cell::of_text(block.memory),
               Cell::of_text(block.type), Cell::of_text(block.rule),
               block.age ? Cell::seconds(*block.age) : Cell::empty(), Cell::of_text(event), Cell::seconds(call.time),
               Cell::of_text(call.thread), count(depth), text_or_empty(line.file), count_or_empty(line.line),
               Cell::of_text(line.function), Cell::of_text(line.module)}) {
        cells.push_back(std::move(cell));
      }
      table.rows.push_back({std::move(cells), RowRole::kNormal});
    }
  };
  add("acquired", block.acquired);
  if (block.released) add("released", *block.released);
}

}  // namespace

std::vector<Table> block_views(const model::AddressReport& report) {
  std::vector<Table> tables;
  for (const model::BlockReport& block : report.blocks) {
    tables.push_back(ended_block_table(report.common, report.address, block));
  }
  if (report.count > report.blocks.size()) {
    add_notes({"<" + counted(report.count - report.blocks.size(), "earlier block", "earlier blocks") +
               " at this address; --most shows more>"},
              tables);
  }
  add_notes(loss_and_other_notes(report.common), tables);
  return tables;
}

Table block_data_view(const model::AddressReport& report) {
  Table table;
  for (const char* const key : kBlockKeys) table.columns.push_back({key, key, Align::kLeft, Shrink::kNever});
  for (const model::BlockReport& block : report.blocks) add_block_rows(block, {}, table);
  return table;
}

Table asked_so_far_view(const model::AskedBlock& asked) {
  Table table;
  if (asked.block) table = block_table(asked.address, *asked.block);
  table.heading.insert(table.heading.begin(), asked_heading(asked));
  return table;
}

std::vector<Table> asked_views(const model::AskedBlocks& asked) {
  std::vector<Table> tables;
  for (const model::AskedBlock& one : asked.asked) {
    Table table;
    if (one.block) table = ended_block_table(asked.common, one.address, *one.block);
    if (!one.block) table.heading.push_back(program_heading(asked.common.program));
    table.heading.insert(table.heading.begin() + 1, asked_heading(one));
    tables.push_back(std::move(table));
  }
  if (asked.count > asked.asked.size()) {
    add_notes({"<" + counted(asked.count - asked.asked.size(), "later call", "later calls") + "; --most shows more>"},
              tables);
  }
  add_notes(loss_and_other_notes(asked.common), tables);
  return tables;
}

Table asked_data_view(const model::AskedBlocks& asked) {
  Table table;
  for (const char* const key : {"asked", "asked_by", "asked_for", "was_live", "seconds"}) {
    table.columns.push_back({key, key, Align::kLeft, Shrink::kNever});
  }
  for (const char* const key : kBlockKeys) table.columns.push_back({key, key, Align::kLeft, Shrink::kNever});
  for (const model::AskedBlock& one : asked.asked) {
    std::vector<Cell> first = {Cell::seconds(one.time), Cell::of_text(one.thread),
                               Cell::of_text(hexadecimal(one.address)), count(one.was_live ? 1 : 0),
                               one.seconds ? Cell::seconds(*one.seconds) : Cell::empty()};
    if (one.block) {
      add_block_rows(*one.block, first, table);
      continue;
    }
    first.resize(table.columns.size(), Cell::empty());
    table.rows.push_back({std::move(first), RowRole::kNormal});
  }
  return table;
}

}  // namespace memline::views
