/// \file ModuleTable: the numbers of the modules that stacks lead through, for all lanes.
///
/// A module gets its number when a code address first falls into it, and keeps it as long as it stays what it was:
/// after a dlclose anywhere (a new generation) every module is looked at again, since another one may have been loaded
/// at the same place. Append-only and lock-free; any thread, signal handlers included. Finding a module takes no lock.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "unwinder/unwinder.h"

namespace memline::capture {

struct ModuleEntry {
  enum State : std::uint32_t { kEmpty = 0, kFilled = 1, kRecorded = 2 };

  std::atomic<std::uint32_t> state;
  std::atomic<std::uint32_t> checked_generation;  ///< the last in which it was seen to be still there
  std::uint32_t number;
  std::uint32_t first_generation;
  std::uint64_t begin, end;
  std::uint64_t bias;
  std::uint64_t identity;  ///< hash of path and build id
  bool main_executable;
  const char* path;  ///< the loader's; valid only while the module is loaded
  std::uint8_t build_id_bytes;
  std::uint8_t build_id[64];

  std::string_view build_id_view() const noexcept { return {reinterpret_cast<const char*>(build_id), build_id_bytes}; }
};

class ModuleTable {
 public:
  static constexpr std::size_t kMost = 65536;

  /// Zeroed memory for the entries; touched as modules come. False: there is none.
  bool create() noexcept;

  /// The module that `pc` lies in, or nullptr: none is loaded there, or the table is full. The caller writes a Module
  /// record if the entry's state is not yet kRecorded, and then calls recorded(): two threads may both do so.
  ModuleEntry* find(std::uint64_t pc, std::uint32_t generation) noexcept;

  static void recorded(ModuleEntry& entry) noexcept {
    entry.state.store(ModuleEntry::kRecorded, std::memory_order_release);
  }

  /// All modules are unknown again: a new image (forked child).
  void reset() noexcept;

 private:
  ModuleEntry* find_known(const ModuleEntry& wanted) noexcept;

  ModuleEntry* entries_ = nullptr;
  std::atomic<std::uint32_t> count_{0};
};

}  // namespace memline::capture
