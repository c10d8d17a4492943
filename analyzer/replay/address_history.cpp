#include "replay/address_history.h"

#include <algorithm>
#include <utility>
#include <variant>
#include <vector>

#include "replay/live_memory.h"
#include "replay/operation_reader.h"

namespace memline::replay {
namespace {

class HistoryReader {
 public:
  HistoryReader(const AddressQuestion& question, std::uint64_t page_bytes)
      : question_(question), page_bytes_(page_bytes) {}

  void acquire(const Operation& by, BlockKind kind, std::uint64_t pool, std::uint64_t begin, std::uint64_t bytes,
               bool moved) {
    if (!holds(begin, bytes)) return;
    end(by, kind, false);  // its release is missing
    if (question_.until && by.ticks > *question_.until) return;
    history_.lives.push_back({begin, bytes, kind, pool, {by.ticks, by.thread, by.stack}, std::nullopt, moved, false});
    if (history_.lives.size() > kMostLives) history_.lives.pop_front();
    ++history_.count;
  }
  void release(const Operation& by, BlockKind kind, std::uint64_t pool, std::uint64_t begin, bool moved) {
    if (const BlockLife* life = current(kind); life != nullptr && life->address == begin && life->pool == pool) {
      end(by, kind, moved);
    }
  }
  void unmap(const Operation& by, std::uint64_t begin, std::uint64_t length, bool moved) {
    if (holds(begin, length + page_bytes_ - 1)) end(by, BlockKind::kMapping, moved);
  }
  void empty_pool(const Operation& by, std::uint64_t pool) {
    if (const BlockLife* life = current(BlockKind::kPool); life != nullptr && life->pool == pool) {
      end(by, BlockKind::kPool, false);
    }
  }
  void inherit(const LiveBlock& block) {
    Operation by;
    by.ticks = block.acquired_ticks;
    by.thread = block.thread;
    by.stack = block.owner;
    acquire(by, block.kind, 0, block.address, block.bytes, false);
  }

  void on(const Operation& by, const trace::Map& map) {
    unmap(by, map.address, map.length_bytes, false);
    if (map.kind == trace::MapKind::kPrivateAnonymous) {
      acquire(by, BlockKind::kMapping, 0, map.address, whole_pages(map.length_bytes), false);
    }
  }
  void on(const Operation& by, const trace::Unmap& record) { unmap(by, record.address, record.length_bytes, false); }
  void on(const Operation& by, const trace::RemapEnd& record) {
    if (record.address == 0) return;
    const BlockLife* old = current(BlockKind::kMapping);
    const bool was_there = old != nullptr && old->address < record.old_address + record.old_length_bytes &&
                           record.old_address < old->address + old->bytes;
    if (was_there) unmap(by, record.old_address, record.old_length_bytes, true);
    acquire(by, BlockKind::kMapping, 0, record.address, whole_pages(record.length_bytes), true);
  }
  void on(const Operation& by, const trace::PoolAcquire& record) {
    acquire(by, BlockKind::kPool, record.pool, record.address, record.size_bytes, false);
  }
  void on(const Operation& by, const trace::PoolRealloc& record) {
    release(by, BlockKind::kPool, record.pool, record.old_address, true);
    acquire(by, BlockKind::kPool, record.pool, record.address, record.size_bytes, true);
  }
  void on(const Operation& by, const trace::PoolRelease& record) {
    release(by, BlockKind::kPool, record.pool, record.address, false);
  }
  void on(const Operation& by, const trace::PoolReset& record) { empty_pool(by, record.pool); }
  void on(const Operation& by, const trace::PoolDestroy& record) { empty_pool(by, record.pool); }
  template <class Record>
  void on(const Operation& /*by*/, const Record& /*record*/) {}

  AddressHistory take() { return std::move(history_); }

 private:
  bool holds(std::uint64_t begin, std::uint64_t bytes) const {
    return question_.address >= begin && question_.address - begin < std::max<std::uint64_t>(bytes, 1);
  }
  std::uint64_t whole_pages(std::uint64_t length) const {
    return (length + page_bytes_ - 1) / page_bytes_ * page_bytes_;
  }
  /// The latest block of that kind, if it still lives.
  BlockLife* current(BlockKind kind) {
    const auto latest = std::find_if(history_.lives.rbegin(), history_.lives.rend(),
                                     [&](const BlockLife& life) { return life.kind == kind; });
    return latest == history_.lives.rend() || latest->released ? nullptr : &*latest;
  }
  void end(const Operation& by, BlockKind kind, bool moved) {
    BlockLife* const life = current(kind);
    if (life == nullptr) return;
    life->released = {by.ticks, by.thread, by.stack};
    life->moved_away = moved;
  }

  const AddressQuestion& question_;
  std::uint64_t page_bytes_;
  AddressHistory history_;
};

/// `old` is the address that a kMoveEnd moves from.
void show(const Operation& operation, std::uint64_t old, const OperationBatch& batch, HistoryReader& history) {
  switch (operation.action) {
    case Action::kAcquire:
      return history.acquire(operation, BlockKind::kHeap, 0, operation.address, operation.bytes, false);
    case Action::kRelease:
      return history.release(operation, BlockKind::kHeap, 0, operation.address, false);
    case Action::kMoveBegin:
      return;
    case Action::kMoveEnd:
      if (operation.address == 0) return;  // it failed
      history.release(operation, BlockKind::kHeap, 0, old, true);
      return history.acquire(operation, BlockKind::kHeap, 0, operation.address, operation.bytes, true);
    case Action::kOther:
      std::visit([&](const auto& record) { history.on(operation, record); }, batch.others[operation.bytes]);
      return;
  }
}

}  // namespace

std::vector<AddressHistory> read_address_histories(const Recording& recording, std::size_t image_index,
                                                   std::span<const AddressQuestion> questions) {
  const Image& image = recording.images[image_index];
  std::vector<HistoryReader> readers;
  for (const AddressQuestion& question : questions) readers.emplace_back(question, image.page_bytes());
  const auto each = [&](const auto& tell) {
    for (HistoryReader& reader : readers) tell(reader);
  };
  if (image.inherited != nullptr) {
    image.inherited->for_each_live(
        [&](const LiveBlock& block) { each([&](HistoryReader& history) { history.inherit(block); }); });
  }
  const EventFilter everything;
  OperationReader reader(*recording.file, image, nullptr, everything);
  OperationBatch batch;
  bool more = true;
  while (more) {
    more = reader.fill(batch);
    auto old_address = batch.old_addresses.begin();
    for (const Operation& operation : batch.operations) {
      const std::uint64_t old = operation.action == Action::kMoveEnd ? *old_address++ : 0;
      each([&](HistoryReader& history) { show(operation, old, batch, history); });
    }
  }
  std::vector<AddressHistory> histories;
  each([&](HistoryReader& history) { histories.push_back(history.take()); });
  return histories;
}

}  // namespace memline::replay
