/// \file What hooks and markers tell the engine: one function for every kind of event. Any thread, signal handlers
/// included; errno is left alone; nothing here blocks, allocates or fails visibly.
///
/// `site` is where the hook was called from (caller_of_hook()). Acquisitions are told after the real call, releases
/// before it, calls that move something before and after. Callers look at the state first: acquisitions only in
/// kRecording, all others in kPaused too.
#pragma once

#include <cstddef>
#include <cstdint>

#include "memline/trace_format.h"
#include "session.h"
#include "unwinder/unwinder.h"

namespace memline::capture {

/// The registers of the caller of the function this stands in, which must have a frame pointer (the builtin sees to
/// it).
#define MEMLINE_CALLER                                                    \
  ::memline::capture::StartRegisters {                                    \
    reinterpret_cast<std::uint64_t>(__builtin_return_address(0)),         \
        reinterpret_cast<std::uint64_t>(__builtin_frame_address(0)) + 16, \
        *static_cast<const std::uint64_t*>(__builtin_frame_address(0))    \
  }

using Site = StartRegisters;

inline std::uint64_t address_of(const volatile void* memory) noexcept {
  return reinterpret_cast<std::uint64_t>(memory);
}

// Heap.
void record_acquire(const Site& site, std::uint64_t address, std::uint64_t bytes, trace::Origin origin) noexcept;
void record_acquire_usable(const Site& site, std::uint64_t address, std::uint64_t bytes, std::uint64_t usable_bytes,
                           trace::Origin origin) noexcept;
/// `bytes`: as far as they are known, for the time stamp; else 0.
void record_release(const Site& site, std::uint64_t address, std::uint64_t bytes) noexcept;
void record_move_begin(const Site& site, std::uint64_t address) noexcept;
/// `address` 0: the call failed.
void record_move_end(const Site& site, std::uint64_t old_address, std::uint64_t address, std::uint64_t bytes) noexcept;

// Mappings.
void record_map(const Site& site, std::uint64_t address, std::uint64_t bytes, int protection, int flags) noexcept;
void record_unmap(const Site& site, std::uint64_t address, std::uint64_t bytes) noexcept;
void record_unmap_failed(const Site& site, std::uint64_t address, std::uint64_t bytes) noexcept;
void record_remap_begin(const Site& site, std::uint64_t address, std::uint64_t bytes) noexcept;
/// `address` 0: the call failed.
void record_remap_end(const Site& site, std::uint64_t old_address, std::uint64_t old_bytes, std::uint64_t address,
                      std::uint64_t bytes, int flags) noexcept;
void record_protect(const Site& site, std::uint64_t address, std::uint64_t bytes, int protection) noexcept;
void record_advise(const Site& site, std::uint64_t address, std::uint64_t bytes, int advice) noexcept;
void record_lock(const Site& site, std::uint64_t address, std::uint64_t bytes, trace::LockKind kind) noexcept;
void record_break(const Site& site, std::uint64_t old_break, std::uint64_t new_break) noexcept;

// What the program says of itself. Names are cut at trace::kMaxTextBytes.
void record_mark(const Site& site, const char* name, bool has_value, double value) noexcept;
/// memline_block().
void record_asked_block(const Site& site, std::uint64_t address) noexcept;
/// Gives the span's token, 0 when it was not recorded.
std::uint64_t record_span_begin(const Site& site, const char* name) noexcept;
void record_span_end(const Site& site, std::uint64_t token) noexcept;
void record_span_attach(const Site& site, std::uint64_t token) noexcept;
void record_span_detach(const Site& site, std::uint64_t token) noexcept;
/// Pauses or resumes the recording of acquisitions, and records that.
void record_recording(const Site& site, bool on) noexcept;

/// Gives the pool's number, 0 when it was not recorded.
std::uint64_t record_pool_create(const Site& site, const char* name) noexcept;
void record_pool_backing(const Site& site, std::uint64_t pool, std::uint64_t address, std::uint64_t bytes) noexcept;
void record_pool_acquire(const Site& site, std::uint64_t pool, std::uint64_t address, std::uint64_t bytes) noexcept;
void record_pool_realloc(const Site& site, std::uint64_t pool, std::uint64_t old_address, std::uint64_t address,
                         std::uint64_t bytes) noexcept;
void record_pool_release(const Site& site, std::uint64_t pool, std::uint64_t address) noexcept;
void record_pool_reset(const Site& site, std::uint64_t pool) noexcept;
void record_pool_destroy(const Site& site, std::uint64_t pool) noexcept;

// What is in RAM.
/// `bytes` are about to be given back, and the large ones may be worth a look.
void look_before_release(const Site& site, std::uint64_t bytes) noexcept;
/// Looks, if that is affordable or `whatever_it_costs`.
void look_now(const Site& site, trace::LookReason reason, bool whatever_it_costs) noexcept;

// The life of the process.
void record_exec(const Site& site, const char* path) noexcept;
void record_exec_failed(const Site& site) noexcept;
/// By a vfork child, on the stack of the thread that waits for it, or by that which has spawned a child.
void record_child_exec(const Site& site, const char* path) noexcept;
/// In kStopped too: the header then says it. The trace's unused space is given back.
void record_exit(const Site& site, trace::ExitKind kind, int code) noexcept;

}  // namespace memline::capture
