/// \file The environment variables that configure the preload; there is no other configuration. Every one of them is an
/// option of `memline run` too. One at the end is the analyzer's.
#pragma once

namespace memline {

/// Output file; %p pid, %e program, %h host, %r MPI rank, %% a percent sign. Default trace.bin.
inline constexpr char kEnvOut[] = "MEMLINE_OUT";
/// "all" (default): forked and spawned children are recorded into traces of their own; "none": they are not.
inline constexpr char kEnvChildren[] = "MEMLINE_CHILDREN";
/// "paused": acquisitions are recorded only from the first memline_resume() on.
inline constexpr char kEnvStart[] = "MEMLINE_START";
/// Most bytes a trace may take: a number with an optional K, M or G (binary). Default: as long as the disk has room.
inline constexpr char kEnvMaxTrace[] = "MEMLINE_MAX_TRACE";
/// "0": releases are recorded without their stacks.
inline constexpr char kEnvFreeStacks[] = "MEMLINE_FREE_STACKS";
/// "libunwind": stacks by libunwind instead of memline's own unwinder.
inline constexpr char kEnvUnwinder[] = "MEMLINE_UNWINDER";
/// "1": command line, working directory and host stay out of the trace.
inline constexpr char kEnvPrivate[] = "MEMLINE_PRIVATE";

/// "0": nobody looks at which pages are in RAM. "1": each page fault is recorded.
inline constexpr char kEnvResident[] = "MEMLINE_RESIDENT";

/// What the kernel and the processor shall count, and sample with stacks; names as perf spells them, with commas between.
inline constexpr char kEnvCounters[] = "MEMLINE_COUNTERS";

/// The program memline, which runs beside this one where the two above need it; "none": somebody watches already, as
/// `memline run` does, or nobody shall. By default it is found from the place of the library.
inline constexpr char kEnvSidecar[] = "MEMLINE_SIDECAR";
inline constexpr char kNoSidecar[] = "none";

/// Of the analyzer: the folder in which it keeps what it found out about debug information; "none": nothing is kept.
inline constexpr char kEnvCache[] = "MEMLINE_CACHE";

inline constexpr char kDefaultOut[] = "trace.bin";

}  // namespace memline
