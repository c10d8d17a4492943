#include "model/resident_blocks.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "replay/block_map.h"
#include "replay/live_memory.h"
#include "replay/resident_look.h"

namespace memline::model {
namespace {

/// About that in which LiveMemory goes through its blocks, by the same hash: they come here nearly sorted, and are asked
/// for one beside the other. By address, each search would go through all of the cache, and take most of a report's time.
struct Order {
  template <class Key>
  bool operator()(const Key& a, const Key& b) const {
    const std::uint64_t hash_a = replay::BlockMap::hash(a.address), hash_b = replay::BlockMap::hash(b.address);
    if (hash_a != hash_b) return hash_a < hash_b;
    return std::tie(a.address, a.kind, a.acquired_ticks) < std::tie(b.address, b.kind, b.acquired_ticks);
  }
};

}  // namespace

ResidentBlocks::Around ResidentBlocks::around(const replay::Image& image, std::uint64_t ticks) {
  const auto after =
      std::upper_bound(image.looks.begin(), image.looks.end(), ticks,
                       [](std::uint64_t wanted, const replay::LookInfo& look) { return wanted < look.ticks; });
  Around around;
  if (after != image.looks.end()) around.after = after->ticks;
  if (after != image.looks.begin()) around.before = std::prev(after)->ticks;
  return around;
}

ResidentBlocks ResidentBlocks::at_peak(const replay::Image& image, std::uint64_t ticks,
                                       std::optional<std::uint64_t> peak_look) {
  const Around looks = around(image, ticks);
  return {image, ticks, peak_look ? peak_look : looks.after, looks.before};
}

ResidentBlocks ResidentBlocks::at_end(const replay::Image& image) {
  return {image, image.last_ticks, around(image, ~std::uint64_t{0}).before, std::nullopt};
}

ResidentBlocks ResidentBlocks::at(const replay::Image& image, std::uint64_t ticks) {
  const Around looks = around(image, ticks);
  const bool after_is_nearer = looks.after && (!looks.before || *looks.after - ticks < ticks - *looks.before);
  if (after_is_nearer) return {image, ticks, looks.after, looks.before};
  return {image, ticks, looks.before, looks.after};
}

bool ResidentBlocks::wants_look(std::uint64_t ticks) {
  return ticks == first_.ticks || ticks == second_.ticks;
}

void ResidentBlocks::read(Look& into, const replay::ResidentLook& look, const replay::LiveMemory& memory) const {
  into.entries.clear();
  memory.for_each_live([&](const replay::LiveBlock& block) {
    if (block.acquired_ticks > ticks_) return;
    const std::uint64_t end = block.address + std::min(block.bytes, ~block.address);
    into.entries.push_back({block.address, block.acquired_ticks, look.resident_in(block.address, end), block.kind});
  });
  std::sort(into.entries.begin(), into.entries.end(), Order{});
}

void ResidentBlocks::on_look(const replay::ResidentLook& look, const replay::LiveMemory& memory) {
  if (look.ticks == first_.ticks) read(first_, look, memory);
  if (look.ticks == second_.ticks) read(second_, look, memory);
}

std::optional<std::uint64_t> ResidentBlocks::find_in(const Look& look, const replay::LiveBlock& block) {
  const Entry wanted{block.address, block.acquired_ticks, 0, block.kind};
  const auto found = std::lower_bound(look.entries.begin(), look.entries.end(), wanted, Order{});
  if (found == look.entries.end() || Order{}(wanted, *found)) return std::nullopt;
  return std::min(found->resident_bytes, block.bytes);
}

std::optional<std::uint64_t> ResidentBlocks::find(const replay::LiveBlock& block) const {
  const std::optional<std::uint64_t> bytes = find_in(first_, block);
  return bytes ? bytes : find_in(second_, block);
}

std::optional<double> ResidentBlocks::seconds_to_look() const {
  const std::optional<std::uint64_t> ticks = first_.ticks ? first_.ticks : second_.ticks;
  if (!ticks) return std::nullopt;
  return image_.seconds_since_start(*ticks) - image_.seconds_since_start(ticks_);
}

}  // namespace memline::model
