/// \file Ledger: what the stress guest says that it did, in a file that outlives it. stress.py reads the same layout.
///
/// Each thread has two journals: one for itself, one for its signal handler. An entry is written and counted as begun
/// before the call that it stands for, and counted as done after it: however the process dies, all but the last
/// entry of a journal is certain.
#pragma once

#include <atomic>
#include <cstdint>

namespace stress {

inline constexpr std::uint64_t kMagic = 0x314c444752545353;
inline constexpr std::uint32_t kMostJournals = 512;
inline constexpr std::uint32_t kMostEntries = 16384;

/// The tagged functions; stress.py has the same list.
enum Function : std::uint32_t {
  kMalloc,
  kCalloc,
  kRealloc,
  kAligned,
  kMemalign,
  kNew,
  kFree,
  kDelete,
  kMap,
  kUnmap,
  kSignalMap,
  kSignalUnmap,
  kPluginA,
  kPluginB,
};

struct Entry {
  std::uint32_t function;  ///< that acts
  std::uint32_t owner;     ///< that had acquired what is released
  std::uint64_t acquired;
  std::uint64_t released;
};

struct Progress {
  std::uint64_t begun;
  std::uint64_t done;
};

struct JournalFile {
  Progress progress;
  Entry entries[kMostEntries];
};

struct LedgerFile {
  std::uint64_t magic;  ///< written last
  std::uint32_t pid;
  std::uint32_t image;
  std::uint32_t parent_pid;  ///< 0: not forked from a process with a ledger
  std::uint32_t parent_image;
  Progress inherited[kMostJournals];  ///< of the parent: done when the fork began, begun when it was over
  JournalFile journals[kMostJournals];
};

/// One journal, written by one thread at one level.
class Journal {
 public:
  void begin(JournalFile* file, Progress* progress) {
    file_ = file;
    progress_ = progress;
  }
  bool full() const { return progress_->begun + 2 >= kMostEntries; }

  /// Writes `entry`, makes the call, and says that it is done.
  template <class Call>
  auto around(const Entry& entry, Call&& call) {
    file_->entries[progress_->begun] = entry;
    order();
    const std::uint64_t count = progress_->begun + 1;
    store(progress_->begun, count);
    store(file_->progress.begun, count);
    auto result = call();
    store(progress_->done, count);
    store(file_->progress.done, count);
    return result;
  }

 private:
  static void order() { std::atomic_signal_fence(std::memory_order_seq_cst); }
  static void store(std::uint64_t& field, std::uint64_t value) {
    order();
    std::atomic_ref(field).store(value, std::memory_order_release);
    order();
  }

  JournalFile* file_ = nullptr;
  Progress* progress_ = nullptr;
};

}  // namespace stress
