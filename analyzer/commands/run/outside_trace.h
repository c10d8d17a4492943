/// \file OutsideTrace: the trace of a running program, as `memline run` holds it open from outside.
///
/// The header page is mapped and shared with the program: fields are read and changed atomically. Nothing else is
/// mapped: the file may be cut short at any time. While it is open it holds a lock (memline/watching_lock.h), by which
/// others see that what is written here is not complete yet. One thread.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "memline/trace_block.h"

namespace memline::commands {

/// Where block `index` begins in the file.
constexpr std::uint64_t block_start(std::uint32_t index) {
  return trace::kHeaderBytes + std::uint64_t{index} * trace::kBlockBytes;
}

class OutsideTrace {
 public:
  enum class Role : std::uint8_t {
    kWatcher,  ///< puts our pid into the header: from then on reserved space is given back by finish(), not the program
    kGuest,    ///< only adds blocks of its own
  };
  /// nullptr if the file is no trace that this program can write to. `most_bytes` bounds the file; 0: no bound.
  static std::unique_ptr<OutsideTrace> open(const std::string& path, std::uint64_t most_bytes,
                                            Role role = Role::kWatcher);
  ~OutsideTrace();
  OutsideTrace(const OutsideTrace&) = delete;
  OutsideTrace& operator=(const OutsideTrace&) = delete;

  int fd() const { return fd_; }
  bool is_open() const { return fd_ >= 0; }
  /// Lets the file go, whose process has ended, so that there may be any number of them. Nothing else may be called until
  /// reopen() has found the same trace at the same place.
  void close();
  bool reopen();
  const trace::TraceHeader& header() const { return *header_; }
  /// The program image that runs now, from 0.
  std::uint32_t image() const;
  std::uint32_t claimed_blocks() const;

  /// Takes a block for ourselves, with its space on disk. False: there is no room.
  bool claim(std::uint32_t& index);

  /// Sees to it that the program finds space ahead of what it has used, without a system call of its own. What cannot
  /// be had is left to the program, which notices.
  void reserve_ahead();

  /// The process is gone: seals the blocks that it left open, gives back what was reserved, and notes how it ended where
  /// the trace does not say so already; then leaves.
  /// `wait_status` as from waitpid; nullopt: nobody knows.
  void finish(std::optional<int> wait_status);

  /// Says that nobody watches any more: all that was to be written from outside is in the trace, and its reserved space
  /// is the program's business again.
  void leave();

 private:
  OutsideTrace(std::string path, std::uint64_t most_bytes) : path_(std::move(path)), most_bytes_(most_bytes) {}
  bool open_file();
  void note_end(int wait_status);
  void trim(std::uint64_t used);

  std::string path_;
  std::uint64_t most_bytes_;
  int fd_ = -1;
  trace::TraceHeader* header_ = nullptr;
  std::array<std::uint8_t, 16> trace_id_{};  ///< of the file that was closed
};

}  // namespace memline::commands
