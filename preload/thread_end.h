/// \file Notices that a thread ends: a thread-specific value whose destructor asks to be called again until it is the
/// last.
#pragma once

namespace memline::capture {

/// Once, by the library's constructor. Without it lanes of ended threads are not given to others.
void watch_thread_ends() noexcept;

/// The calling thread has a lane from now on.
void watch_this_thread() noexcept;

}  // namespace memline::capture
