#include "replay/loss_notes.h"

#include <array>
#include <utility>

#include "base/counted.h"

namespace memline::replay {
namespace {

constexpr std::array<const char*, static_cast<std::size_t>(trace::Loss::kCount)> kReasons = {
    "the trace had no room left", "a signal handler found no free lane",
    "more threads ran at once than there are lanes", "the recorder's own tables could not grow"};

const std::string kParents = "parent's trace: ";

void add_damage_notes(const trace::Damage& damage, const std::string& whose, Losses& losses) {
  losses.events += damage.lost_events;
  for (const std::string& note : damage.notes) add_incomplete(losses, whose + note);
  if (damage.unnoted != 0) {
    add_incomplete(losses, whose + counted(damage.unnoted, "more damaged place", "more damaged places"));
  }
}

}  // namespace

void add_incomplete(Losses& losses, std::string note) {
  losses.complete = false;
  losses.notes.push_back(std::move(note));
}

void add_header_losses(const trace::TraceHeader& header, Losses& losses) {
  for (std::size_t i = 0; i < kReasons.size(); ++i) {
    const std::uint64_t events = header.lost_events[i];
    if (events == 0) continue;
    losses.events += events;
    add_incomplete(losses, counted(events, "event", "events") + " not recorded: " + kReasons[i]);
  }
  losses.bytes += header.lost_bytes;
  if (header.reserved_bytes == trace::kUnmappedOpen) {
    add_incomplete(losses,
                   "the trace lies where files cannot be mapped, and the process was killed or still runs: what "
                   "stood in its open blocks is missing");
  } else if (header.reserved_bytes == trace::kUnmappedDone) {
    losses.notes.push_back(
        "the trace lies where files cannot be mapped: what threads did while the process ended may be missing");
  }
}

void add_parents_header_losses(const trace::TraceHeader& header, Losses& losses) {
  for (std::size_t i = 0; i < kReasons.size(); ++i) {
    const std::uint64_t events = header.lost_events[i];
    if (events == 0) continue;
    add_incomplete(losses, kParents + "at most " + counted(events, "event", "events") +
                               " not recorded before the fork: " + kReasons[i]);
  }
}

void add_parents_losses(const Losses& parent, Losses& losses) {
  losses.complete = losses.complete && parent.complete;
  for (const std::string& note : parent.notes) losses.notes.push_back(kParents + note);
}

void add_damage(const trace::Damage& damage, Losses& losses) {
  losses.damaged_places += damage.places;
  add_damage_notes(damage, "", losses);
}

void add_parents_damage(const trace::Damage& damage, Losses& losses) {
  losses.parents_damaged_places += damage.places;
  add_damage_notes(damage, kParents, losses);
}

}  // namespace memline::replay
