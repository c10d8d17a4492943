#include <algorithm>
#include <array>
#include <cstdio>

#include "export/json.h"
#include "export/json_common.h"

namespace memline::exporting {
namespace {

std::string hexadecimal(std::uint64_t address) {
  std::array<char, 24> text{};
  std::snprintf(text.data(), text.size(), "0x%llx", static_cast<unsigned long long>(address));
  return text.data();
}

Json side_object(const model::HeapModel& heap) {
  Json object;
  add_common(object, heap.common);
  object["at"] = heap.at;
  object["at_time"] = finite_or_null(heap.at_time);
  object["since"] = or_null(heap.since);
  object["count"] = heap.count;
  object["bytes"] = heap.bytes;
  object["typed_bytes"] = or_null(heap.typed_bytes);
  return object;
}

Json call_object(const model::BlockCall& call) {
  Json object;
  object["time"] = finite_or_null(call.time);
  object["thread"] = call.thread;
  object["stack"] = Json::array();
  for (const model::StackLine& line : call.stack) {
    Json frame;
    frame["file"] = or_null(line.file);
    frame["line"] = or_null(line.line);
    frame["function"] = text_or_null(line.function);
    frame["module"] = text_or_null(line.module);
    object["stack"].push_back(std::move(frame));
  }
  return object;
}

Json block_object(const model::BlockReport& block) {
  Json object;
  object["address"] = hexadecimal(block.address);
  object["bytes"] = block.bytes;
  object["memory"] = block.memory;
  object["type"] = text_or_null(block.type);
  object["rule"] = text_or_null(block.rule);
  object["age"] = finite_or_null(block.age);
  object["moved_here"] = block.moved_here;
  object["moved_away"] = block.moved_away;
  object["acquired"] = call_object(block.acquired);
  object["released"] = block.released ? call_object(*block.released) : Json(nullptr);
  return object;
}

}  // namespace

std::string heap_diff_json(const model::HeapDiff& diff, std::size_t most_rows) {
  Json document;
  document["schema"] = "memline.heap_diff/1";
  document["by"] = diff.a.by;
  document["a"] = side_object(diff.a);
  document["b"] = side_object(diff.b);
  document["rows"] = Json::array();
  const std::size_t shown = most_rows == 0 ? diff.rows.size() : std::min(most_rows, diff.rows.size());
  for (std::size_t i = 0; i < shown; ++i) {
    const model::HeapDiffRow& row = diff.rows[i];
    document["rows"].push_back({{"kind", row.kind},
                                {"file", or_null(row.file)},
                                {"line", or_null(row.line)},
                                {"function", or_null(row.function)},
                                {"count", row.count},
                                {"bytes", row.bytes},
                                {"rule", text_or_null(row.rule)}});
  }
  return to_text(document);
}

std::string address_json(const model::AddressReport& report) {
  Json document = start_document("memline.address/1", report.common);
  document["address"] = hexadecimal(report.address);
  document["count"] = report.count;
  document["blocks"] = Json::array();
  for (const model::BlockReport& block : report.blocks) document["blocks"].push_back(block_object(block));
  return to_text(document);
}

std::string asked_json(const model::AskedBlocks& asked) {
  Json document = start_document("memline.asked/1", asked.common);
  document["count"] = asked.count;
  document["asked"] = Json::array();
  for (const model::AskedBlock& one : asked.asked) {
    Json object;
    object["time"] = finite_or_null(one.time);
    object["thread"] = one.thread;
    object["address"] = hexadecimal(one.address);
    object["live"] = one.was_live;
    object["age"] = finite_or_null(one.was_live ? one.seconds : std::nullopt);
    object["gone_for"] = finite_or_null(one.was_live ? std::nullopt : one.seconds);
    object["block"] = one.block ? block_object(*one.block) : Json(nullptr);
    document["asked"].push_back(std::move(object));
  }
  return to_text(document);
}

}  // namespace memline::exporting
