#include "views/block_view.h"

#include <array>
#include <cstdint>
#include <cstdio>
#include <string>

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

}  // namespace

std::vector<Table> block_views(const model::AddressReport& report) {
  std::vector<Table> tables;
  for (const model::BlockReport& block : report.blocks) {
    Table table;
    table.heading.push_back(program_heading(report.common.program));
    table.heading.push_back(hexadecimal(report.address) + " is " +
                            counted(report.address - block.address, "byte", "bytes") + " into a block of " +
                            counted(block.bytes, "byte", "bytes") + " at " + hexadecimal(block.address) +
                            (block.memory == "heap" ? "." : " (" + block.memory + ")."));
    table.heading.push_back(block.type.empty() ? "Type: not known" : "Type: " + block.type + " (" + block.rule + ")");
    if (block.age)
      table.heading.push_back((block.released ? "Lived for " : "Live at the end, age ") + seconds(*block.age));
    table.columns = {{"event", "Event", Align::kLeft, Shrink::kNever},
                     {"place", "Place", Align::kLeft, Shrink::kCutStart},
                     {"function", "Function", Align::kLeft, Shrink::kCutMiddle}};
    add_stack(block.moved_here ? "reallocated" : "allocated", block.acquired, table);
    if (block.released) add_stack(block.moved_away ? "reallocated away" : "freed", *block.released, table);
    tables.push_back(std::move(table));
  }
  if (tables.empty()) return tables;
  Table& last = tables.back();
  if (report.count > report.blocks.size()) {
    last.notes.push_back("<" + counted(report.count - report.blocks.size(), "earlier block", "earlier blocks") +
                         " at this address; --most shows more>");
  }
  const std::vector<std::string> others = loss_and_other_notes(report.common);
  last.notes.insert(last.notes.end(), others.begin(), others.end());
  return tables;
}

Table block_data_view(const model::AddressReport& report) {
  Table table;
  for (const char* key : {"address", "bytes", "memory", "type", "rule", "age", "event", "time", "thread", "depth",
                          "file", "line", "function", "module"}) {
    table.columns.push_back({key, key, Align::kLeft, Shrink::kNever});
  }
  for (const model::BlockReport& block : report.blocks) {
    const auto add = [&](const char* event, const model::BlockCall& call) {
      for (std::size_t depth = 0; depth < call.stack.size(); ++depth) {
        const model::StackLine& line = call.stack[depth];
        table.rows.push_back(
            {{Cell::of_text(hexadecimal(block.address)), bytes(block.bytes), Cell::of_text(block.memory),
              Cell::of_text(block.type), Cell::of_text(block.rule),
              block.age ? Cell::seconds(*block.age) : Cell::empty(), Cell::of_text(event), Cell::seconds(call.time),
              Cell::of_text(call.thread), count(depth), text_or_empty(line.file), count_or_empty(line.line),
              Cell::of_text(line.function), Cell::of_text(line.module)},
             RowRole::kNormal});
      }
    };
    add("acquired", block.acquired);
    if (block.released) add("released", *block.released);
  }
  return table;
}

}  // namespace memline::views
