/// \file libunwind as the unwinder, for whoever asks for it (MEMLINE_UNWINDER=libunwind).
///
/// Never linked: loaded by load_libunwind() at the session's start, on no other path. libunwind takes the dynamic
/// loader's lock, so that a program which allocates under a mutex that its own dl_iterate_phdr callback wants can
/// deadlock; and it does not tell how a stack ended, nor which pcs were interrupted. Any thread may walk, each with its
/// own Unwinder.
#pragma once

#include <cstddef>
#include <cstdint>

#include "unwinder/unwinder.h"

namespace memline::capture {

/// libunwind's unw_backtrace: return addresses, innermost first; gives their number.
using BacktraceFunction = int (*)(void** buffer, int size);

/// Loads libunwind.so.8 and finds unw_backtrace; nullptr where there is none. Calls dlopen, which allocates: the caller
/// holds its re-entry guard.
BacktraceFunction load_libunwind() noexcept;

/// Walks with `backtrace` from the caller of the hook that returns to start.pc, into the frames of `unwinder`. `buffer`
/// takes `capacity` pcs (own frames included: give some more than max_frames).
Unwinder::Walk libunwind_walk(Unwinder& unwinder, BacktraceFunction backtrace, const StartRegisters& start,
                              void** buffer, std::size_t capacity) noexcept;

}  // namespace memline::capture
