/// \file TraceBuilder: makes traces for tests, through the real codec and the real blocks.
///
///     TraceBuilder trace;
///     trace.begin_image();                          // lane 0 now belongs to thread 0
///     auto stack = trace.stack(0, {0x100, 0x200});  // outermost first, in module 1
///     trace.add(0, trace::Acquire{.time = 10, .address = 0x1000, .size_bytes = 64, .stack = stack, .origin = {}});
///     auto recording = trace.scan();
///
/// Lanes are made by the first record that is added to them. Blocks are sealed by bytes(), or left open on request.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "memline/trace_format.h"
#include "replay/scan.h"

namespace memline::testing {

class TraceBuilder {
 public:
  TraceBuilder();

  trace::TraceHeader& header() { return header_; }
  /// Fields that begin_image() and thread() fill in where tests do not care.
  static trace::ImageStart image_start();
  static trace::Module module(std::uint32_t number, std::string_view path);

  /// Begins image 0, or the next one: ImageStart, Thread 0 and module 1 in lane 0.
  void begin_image() { begin_image(image_start()); }
  void begin_image(const trace::ImageStart& start);
  /// From here on the lane belongs to this thread.
  void thread(std::uint32_t lane, std::uint32_t number, std::string_view name = "worker");
  /// Frames are offsets in module 1, the outermost first. Returns the stack's id in the lane.
  std::uint32_t stack(std::uint32_t lane, std::initializer_list<std::uint64_t> offsets,
                      trace::StackEnd end = trace::StackEnd::kRoot);

  template <class Record>
  void add(std::uint32_t lane, const Record& record) {
    if (!encode_into(open_block(lane), record)) {
      seal(lane);
      if (!encode_into(open_block(lane), record)) throw std::runtime_error("a record does not fit into a block");
    }
  }

  /// Ends the lane's block: the next record goes to a new one.
  void seal(std::uint32_t lane);
  /// How far each lane is written: what a child forked now would record.
  std::vector<trace::ForkPosition> positions() const;

  /// The file. `seal_all` false: the blocks that are open stay so.
  std::vector<std::byte> bytes(bool seal_all = true) const;
  void write(const std::string& path, bool seal_all = true) const;
  /// Scans bytes(); throws if that fails.
  replay::Recording scan() const;

 private:
  struct Block {
    trace::BlockHeader header{};
    std::vector<std::byte> payload;
    trace::DeltaState state;
  };
  struct Lane {
    std::size_t block = 0;
    bool open = false;
    std::uint32_t next_sequence = 0;
    std::uint32_t next_stack = 1;
    std::uint64_t last_ticks = 0;
  };

  Block& open_block(std::uint32_t lane);
  template <class Record>
  bool encode_into(Block& block, const Record& record) {
    const std::size_t used = block.payload.size();
    block.payload.resize(trace::kPayloadBytes);
    std::byte* position = block.payload.data() + used;
    const bool fits = trace::encode(position, block.payload.data() + block.payload.size(), block.state, record);
    block.payload.resize(fits ? static_cast<std::size_t>(position - block.payload.data()) : used);
    return fits;
  }

  trace::TraceHeader header_{};
  std::vector<Block> blocks_;            ///< in file order
  std::map<std::uint32_t, Lane> lanes_;  ///< of the current image
  std::uint32_t image_ = 0;
  bool has_image_ = false;
};

}  // namespace memline::testing
