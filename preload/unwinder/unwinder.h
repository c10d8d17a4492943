/// \file Unwinder: the call stack of the calling thread, fast enough for every malloc and every free.
///
/// One Unwinder belongs to one lane and is used by one thread at a time, never re-entered. It lives in memory that its
/// owner maps (zeroed, touched lazily: most of it never), takes no lock, uses no heap, no errno and no thread-local,
/// and calls nothing of the dynamic loader but the lock-free _dl_find_object. System calls (raw) are made only where a
/// stack leaves what is known to be readable, and never after `allow_system_calls(false)`.
///
/// How it is fast. Each pc's .eh_frame row is reduced once to a few bytes and cached. The previous stack is kept,
/// outermost frame first; as soon as a freshly unwound frame equals a kept one, the frames outside of it are proven
/// unchanged by comparing every word from which they were derived with memory (see kept_stack.h), so that only the frames
/// that really changed are unwound and hashed.
#pragma once

#include <cstddef>
#include <cstdint>

#include "unwinder/word.h"

struct link_map;

namespace memline::capture {

/// How a stack ended; stands in every recorded stack.
enum class StackEnd : std::uint8_t {
  kRoot = 0,          ///< the outermost frame was reached (undefined return address, or the thread's entry)
  kDepthLimit = 1,    ///< more frames than asked for
  kNoUnwindInfo = 2,  ///< code without usable unwind information (JIT, assembly)
  kBadMemory = 3,     ///< the next frame's slots lie outside of readable stack
};

/// The registers from which unwinding starts, as they are in the caller of a hook right after the call returns:
/// pc = the hook's return address, sp = the CFA of the hook, bp = the caller's rbp.
struct StartRegisters {
  std::uint64_t pc;
  std::uint64_t sp;
  std::uint64_t bp;
};

/// The stack of the current thread as far as it is known: every byte from the current sp up to hi is readable.
/// hi == 0: unknown (a coroutine's or a signal's own stack), which costs system calls and a full unwind.
struct StackBounds {
  std::uint64_t lo;
  std::uint64_t hi;
};

/// One frame of the kept stack; its pc and where that was read stand apart, see Unwinder::pc(). Frames are kept outermost
/// first: frame(0) is the root, frame(depth() - 1) the hook's caller, so that a push or a pop changes the end only.
struct KeptFrame {
  std::uint64_t bp;       ///< rbp in this frame; only meaningful to the unwinder
  std::uint64_t hash;     ///< of the stack's end and of all pcs from the root up to and including this frame
  std::uint32_t node;     ///< for the user of the unwinder: 0 when the frame is fresh, kept as long as the frame is
  std::uint16_t extras;   ///< for the unwinder: words beside return addresses that prove the frames up to this one
  std::uint8_t exact;     ///< 1: the frame was interrupted by a signal, pc is not a return address
  std::uint8_t needs_bp;  ///< for the unwinder: an outer frame was found by way of this frame's bp
};
static_assert(sizeof(KeptFrame) == 24);

/// A stack as a whole.
struct KnownStack {
  std::uint64_t hash;  ///< that of its innermost frame
  std::uint32_t node;  ///< for the user of the unwinder: 0 as long as nobody sets it
};

/// The loaded module that a code address lies in.
struct ModuleInfo {
  const link_map* map;  ///< l_addr is the load bias, l_name the path ("" for the main executable)
  std::uint64_t start;  ///< the mapped range around the pc: all of the module, or one segment where it has holes
  std::uint64_t end;
  std::uint64_t eh_frame_hdr;  ///< address of PT_GNU_EH_FRAME, or 0
};

/// Finds the module of `pc` without a lock; false where the address belongs to no loaded module. The answer holds as
/// long as the module stays loaded.
bool find_module(std::uint64_t pc, ModuleInfo& out) noexcept;

class Unwinder {
 public:
  static constexpr std::uint32_t kMaxFrames = 32000;

  struct Walk {
    std::uint32_t depth;  ///< frames now kept
    std::uint32_t fresh;  ///< the innermost `fresh` of them differ from the previous walk and have node == 0
    StackEnd end;
  };

  /// Whether this CPU's frames are understood; where not, a walk gives the innermost frame only.
  static constexpr bool kSupported =
#ifdef __x86_64__
      true;
#else
      false;
#endif

  /// Size of the memory for `create`: to be mapped by the owner, zeroed, not populated.
  static std::size_t bytes_needed(std::uint32_t max_frames) noexcept;

  /// Places an unwinder into `memory` (zeroed, page-aligned, bytes_needed(max_frames) long), 1 <= max_frames <=
  /// kMaxFrames. There is nothing to destroy: unmap the memory.
  static Unwinder* create(void* memory, std::uint32_t max_frames) noexcept;

  /// The stack at `start`, if it is one of those walked a moment ago; or nullptr. Frames are those of the last walk all the
  /// same. What is returned is good until the next call of anything here.
  KnownStack* known_stack(const StartRegisters& start) noexcept;

  /// Unwinds from `start`. Where the stack has more than max_frames frames, the innermost max_frames are given. Depth
  /// is at least 1: the hook's caller is always there.
  Walk walk(const StartRegisters& start, StackBounds bounds) noexcept {
    const std::uint64_t counts = walk_packed(start, bounds);
    return Walk{static_cast<std::uint32_t>(counts), static_cast<std::uint32_t>(counts >> 32), end_};
  }

  /// The same result for return addresses that another unwinder found, innermost first, count >= 1: frames that equal
  /// the previous stack's from the root on are kept. More than max_frames are cut.
  Walk adopt(const void* const* pcs, std::size_t count, StackEnd end) noexcept;

  /// Frames of the last walk, outermost first.
  KeptFrame& frame(std::uint32_t index) noexcept {
    return kept_[index];
  }
  /// The return address into that frame; an exact pc where frame(index).exact.
  std::uint64_t pc(std::uint32_t index) const noexcept {
    return pcs_[index].value;
  }
  /// The address of the word that holds it.
  std::uint64_t return_slot(std::uint32_t index) const noexcept {
    return pcs_[index].address;
  }
  std::uint32_t depth() const noexcept {
    return depth_;
  }
  std::uint32_t max_frames() const noexcept {
    return max_frames_;
  }

  /// A module may have gone (dlclose): forgets rows, modules and the kept stack.
  void invalidate() noexcept;

  /// Forgets the kept stack only, so that every frame of the next walk is fresh (node 0): for a new node table.
  void forget_stack() noexcept;

  /// After `false` no system call is made any more (seccomp): a stack that leaves known memory ends with kBadMemory.
  void allow_system_calls(bool allowed) noexcept;

 protected:
  /// Depth in the low half, fresh in the high one: a struct of three would be put together in memory, piece by piece,
  /// and read back whole, for which the processor waits longer than for the walk.
  std::uint64_t walk_packed(const StartRegisters& start, StackBounds bounds) noexcept;

  KeptFrame* kept_;
  const Word* pcs_;  ///< with the slots that they were read from
  StackEnd end_;
  std::uint32_t depth_;
  std::uint32_t max_frames_;
};

}  // namespace memline::capture
