/// \file BlockColumns: the records of a chunk's blocks to columns and back.
///
/// The records that make up nearly all of a trace go through the event model; every other stands in Column::kVerbatim as
/// its fields are coded in the block, and only its type is foretold. Times are distances from the record before, in a
/// column of their own. Both sides of one chunk must see the same blocks in the same order. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "trace/pack/columns.h"
#include "trace/pack/event_model.h"

namespace memline::trace::pack {

class BlockColumns {
 public:
  /// `payload_bytes`: of all blocks of the chunk that stand in columns. `packs`: write() will be called.
  BlockColumns(std::size_t payload_bytes, bool packs) : model_(payload_bytes, packs) {}

  /// False: the payload holds something that is no record; columns and model are then of no use any more.
  bool write(ColumnWriter& columns, std::span<const std::byte> payload, std::uint64_t base_ticks);
  /// Fills `payload`. False: the columns do not hold a block of that length; nothing can be read after that.
  bool read(ColumnReader& columns, std::span<std::byte> payload, std::uint64_t base_ticks);

 private:
  /// The longest record that the model makes: a Stack.
  static constexpr std::size_t kMostModelledBytes = 64 + 2 * kMaxFramesPerRecord * kMaxVarintBytes;

  template <class Record>
  bool fits(const Record& record) const;
  template <class Port, class Record>
  void code(Port& port, Site& site, Record& record, std::uint64_t last_ticks);
  template <class Record>
  std::size_t write_record(ColumnWriter& columns, std::span<const std::byte> rest, DeltaState& state);
  template <class Record>
  std::size_t read_record(ColumnReader& columns, Site& site, std::span<std::byte> rest, DeltaState& state);

  EventModel model_;
  std::uint64_t moved_ = 0;  ///< the address of the last MoveBegin
};

}  // namespace memline::trace::pack
