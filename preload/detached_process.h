/// \file start_detached(): starts a program that is nobody's child as far as this process can tell.
///
/// No wait of this process sees it, none of its signals reaches it, and it holds nothing of ours. Raw system calls only,
/// in between in memory that is shared with this process, while this thread stands still (CLONE_VM | CLONE_VFORK): no page
/// is marked for copying, and no other process sees a copy of us. The caller's thread only; another one may run on.
#pragma once

namespace memline::capture {

struct DetachedProgram {
  const char* path;
  const char* const* arguments;
  const char* const* environment;
  int descriptor;  ///< becomes kItsDescriptor; all others are closed, and 0 to 2 are /dev/null
};
inline constexpr int kItsDescriptor = 3;

/// Every signal is blocked in it, and it leads a session of its own. Negative: -E...; where the program itself cannot be
/// executed, that shows in the end of its descriptor.
long start_detached(const DetachedProgram& program) noexcept;

}  // namespace memline::capture
