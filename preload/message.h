/// \file The one line on stderr that says why recording has stopped or never began.
#pragma once

namespace memline::capture {

/// Remembers what descriptor 2 is. Where it is closed at the start, nothing is ever said: the number may later belong
/// to a file of the program.
void remember_stderr() noexcept;

/// Writes "memline: <what>" and, where given, ": <detail>". Never blocks on a full pipe and never raises a signal.
void say(const char* what, const char* detail = nullptr) noexcept;

}  // namespace memline::capture
