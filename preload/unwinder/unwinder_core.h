/// \file UnwinderCore: what is behind the Unwinder's interface.
#pragma once

#include <cstdint>

#include "unwinder/fresh_frame.h"
#include "unwinder/kept_stack.h"
#include "unwinder/known_paths.h"
#include "unwinder/registers.h"
#include "unwinder/row_source.h"
#include "unwinder/stack_memory.h"
#include "unwinder/unwinder.h"

namespace memline::capture {

class UnwinderCore final : public Unwinder {
 public:
  void start(std::uint32_t max_frames, FreshFrame* fresh, KeptFrame* kept, Word* words, Word* extras) noexcept;
  KnownStack* find_known(const StartRegisters& from) noexcept { return paths_.find(from, stack_); }
  std::uint64_t walk_from(const StartRegisters& from, StackBounds bounds) noexcept;
  std::uint64_t adopt_frames(const void* const* pcs, std::size_t count, StackEnd end) noexcept;
  void clear() noexcept;
  void clear_stack() noexcept;
  RowSource& rows() noexcept { return rows_; }

 private:
  /// How a walk goes on after a step.
  enum class Step : std::uint8_t { kStepped, kEnded, kNeedsRegisters };

  /// The frame that the walk has come to, and what ended it.
  struct Position {
    std::uint64_t pc;
    std::uint64_t sp;
    std::uint64_t bp;
    bool exact = false;
    std::uint8_t descents = 0;  ///< steps to a lower address, signal frames aside
    KeptStack::Ending ending{StackEnd::kDepthLimit, true, 0};
  };

  static Step end_with(Position& at, StackEnd end) noexcept;
  std::uint64_t walk_on(Position at, std::uint32_t count, KeptStack::Candidates left,
                        const StartRegisters& from) noexcept;
  Step step_slowly(Position& at, const ShortRow& row, FreshFrame& inner, FreshFrame& outer) noexcept;
  Step step_memory(Position& at, FreshFrame& inner, FreshFrame& outer) noexcept;
  Step arrive(Position& at, const FreshFrame& inner, FreshFrame& outer, std::uint64_t sp) noexcept;
  Step moved(Position& at, const FreshFrame& inner, FreshFrame& outer, std::uint64_t sp) noexcept;
  bool comes_after(std::uint64_t address, std::uint64_t inner_slot) const noexcept;
  std::uint64_t walk_with_registers(const StartRegisters& from) noexcept;
  Step step_registers(Position& at, Registers& registers, FreshFrame& inner, FreshFrame& outer) noexcept;
  bool find_registers(const StartRegisters& from, Registers& registers) noexcept;
  std::uint64_t finish(std::uint32_t count, std::uint32_t matched, const KeptStack::Ending& ending) noexcept;
  std::uint64_t counts(std::uint32_t changed) noexcept;

  KeptStack stack_;
  FreshFrame* fresh_;
  KnownPaths paths_;
  StackMemory memory_;
  RowSource rows_;
};

}  // namespace memline::capture
