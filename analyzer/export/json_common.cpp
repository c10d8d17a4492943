#include "export/json_common.h"

#include <cmath>

namespace memline::exporting {
namespace {

Json exit_code(const model::ExitInfo& exit) {
  return exit.kind == "exit" || exit.kind == "signal" ? Json(exit.code) : Json(nullptr);
}

Json program_object(const model::ProgramInfo& program) {
  Json object;
  object["command"] = program.command.empty() ? Json(nullptr) : Json(program.command);
  object["executable"] = text_or_null(program.executable);
  object["pid"] = program.pid;
  object["parent"] = or_null(program.parent);
  object["host"] = text_or_null(program.host);
  object["start"] = finite_or_null(program.start);
  object["duration"] = finite_or_null(program.duration);
  object["exit"] = {{"kind", program.exit.kind}, {"code", exit_code(program.exit)}};
  object["images"] = program.images;
  return object;
}

/// Of all events: their sum.
Json stack_ends(const replay::StackFates& stacks) {
  using replay::StackFate;
  Json object;
  object["root"] = stacks.of(StackFate::kRoot);
  object["depth_limit"] = stacks.of(StackFate::kDepthLimit);
  object["no_unwind_information"] = stacks.of(StackFate::kNoUnwindInfo);
  object["unreadable_memory"] = stacks.of(StackFate::kBadMemory);
  object["lost"] = stacks.of(StackFate::kLost);
  object["not_recorded"] = stacks.of(StackFate::kNone);
  return object;
}

Json losses_object(const replay::Losses& losses) {
  Json object;
  object["events"] = losses.events;
  object["bytes"] = losses.bytes;
  object["unknown_frees"] = losses.unknown_frees;
  object["short_stacks"] = losses.stacks.short_ones();
  object["stack_ends"] = stack_ends(losses.stacks);
  object["complete"] = losses.complete;
  object["notes"] = losses.notes;
  return object;
}

}  // namespace

Json finite_or_null(const std::optional<double>& value) {
  return value && std::isfinite(*value) ? Json(*value) : Json(nullptr);
}

Json text_or_null(const std::string& text) {
  return text.empty() ? Json(nullptr) : Json(text);
}

void add_common(Json& object, const model::CommonInfo& common) {
  object["program"] = program_object(common.program);
  object["losses"] = losses_object(common.losses);
  object["image"] = common.image;
  object["still_running"] = common.still_running;
  object["notes"] = common.notes;
}

Json start_document(std::string_view schema, const model::CommonInfo& common) {
  Json document;
  document["schema"] = schema;
  add_common(document, common);
  return document;
}

void add_totals(Json& object, const model::Totals& totals) {
  object["threads"] = totals.threads;
  object["allocations"] = totals.allocations;
  object["frees"] = totals.frees;
  object["reallocations"] = totals.reallocations;
  object["mappings"] = totals.mappings;
  object["unmappings"] = totals.unmappings;
  object["allocated"] = totals.allocated;
  object["freed"] = totals.freed;
  object["peak"] = or_null(totals.peak);
  object["peak_time"] = finite_or_null(totals.peak_time);
  object["at_end"] = totals.at_end;
  object["temporary"] = totals.temporary;
  object["temporary_bytes"] = totals.temporary_bytes;
  object["leaked_blocks"] = totals.leaked_blocks;
  object["max_rss"] = totals.max_rss > 0 ? Json(totals.max_rss) : Json(nullptr);
}

Json counter_number(std::uint64_t value, const model::CounterColumn& counter) {
  return counter.nanoseconds ? Json(static_cast<double>(value) / 1e9) : Json(value);
}

Json counter_list(const std::vector<model::CounterColumn>& counters) {
  Json list = Json::array();
  for (const model::CounterColumn& counter : counters) {
    Json object;
    object["name"] = counter.name;
    object["unit"] = counter.nanoseconds ? "seconds" : "events";
    object["user_only"] = counter.user_only;
    object["exact"] = counter.every_event;
    object["counted_share"] = 1 / counter.scale;
    object["total"] = counter.total ? counter_number(*counter.total, counter) : Json(nullptr);
    object["total_estimated"] = counter.total_estimated;
    object["refusal"] = text_or_null(counter.refusal);
    list.push_back(std::move(object));
  }
  return list;
}

Json counter_values(const model::CounterSums& sums, const std::vector<model::CounterColumn>& counters) {
  Json values = Json::object();
  for (std::size_t i = 0; i < sums.size() && i < counters.size(); ++i) {
    if (sums[i].samples == 0) continue;
    Json object;
    object["value"] = counter_number(sums[i].value, counters[i]);
    object["self"] = counter_number(sums[i].self, counters[i]);
    object["samples"] = sums[i].samples;
    const double error = model::relative_error(sums[i], counters[i]) * static_cast<double>(sums[i].value);
    object["error"] = counters[i].nanoseconds ? error / 1e9 : error;
    values[counters[i].name] = std::move(object);
  }
  return values;
}

Json resident_object(const model::ResidentTotals& resident) {
  const auto known = [&](std::int64_t bytes) { return resident.measured ? Json(bytes) : Json(nullptr); };
  Json object;
  object["measured"] = resident.measured;
  object["reason"] = text_or_null(resident.reason);
  object["by_code"] = known(resident.lines);
  object["inherited"] = known(resident.inherited);
  object["by_kernel"] = known(resident.kernel);
  object["given_back_unknown"] = known(resident.unknown);
  object["profiler"] = known(resident.profiler);
  object["rss"] = resident.measured ? or_null(resident.rss) : Json(nullptr);
  return object;
}

std::string to_text(const Json& document) {
  constexpr int kIndent = 2;
  constexpr bool kAsciiOnly = true;
  return document.dump(kIndent, ' ', kAsciiOnly, Json::error_handler_t::replace) + '\n';
}

}  // namespace memline::exporting
