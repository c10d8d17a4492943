/// \file RealFunctions: what stands behind our hooks: the next definition of each name in the loader's search order.
///
/// Filled once, before any event is recorded; null before that.
#pragma once

#include <spawn.h>
#include <sys/types.h>

#include <cstddef>
#include <cstdint>

#include "hook_list.h"

namespace memline::capture {

struct RealFunctions {
#define MEMLINE_DECLARE(result, name, parameters) result(*name) parameters;
  MEMLINE_REAL_HOOK_LIST(MEMLINE_DECLARE)
#undef MEMLINE_DECLARE
};

/// Only hooks read it; the engine never calls an allocator.
extern constinit RealFunctions real;

/// Looks every name up. Takes the loader's lock and may allocate: only while the process has one thread.
void resolve_real() noexcept;

/// The malloc that the program comes to first: ours, unless it has one of its own; nullptr where that cannot be told.
const void* visible_malloc() noexcept;

}  // namespace memline::capture
