/// \file The absolute path of a trace, from the pattern that MEMLINE_OUT gives.
#pragma once

#include <cstdint>
#include <string_view>

#include "text.h"

namespace memline::capture {

/// What the letters of a pattern stand for.
struct PathWords {
  std::uint32_t pid = 0;      ///< %p
  std::string_view program;   ///< %e: the last part of the executable's path
  std::string_view host;      ///< %h
  std::string_view mpi_rank;  ///< %r
};

/// Whether the pattern gives every process a path of its own.
bool has_pid(std::string_view pattern) noexcept;

/// Expands the pattern; a relative path is taken from `working_dir`. %% is a percent sign, other letters stay as they
/// are. False: longer than a path may be.
bool expand_path(std::string_view pattern, const PathWords& words, std::string_view working_dir,
                 PathText& out) noexcept;

/// Puts `working_dir`, percent signs doubled, before a relative pattern, so that forked children whose working directory is
/// another one still write beside their parent. Leaves the pattern as it is if the directory is not known, or the result
/// were too long.
void make_absolute(std::string_view working_dir, PathText& pattern) noexcept;
/// The working directory; empty if it is not known. One that lies outside of the root directory does not begin with a slash.
void read_working_dir(PathText& out) noexcept;

/// The path of process `pid`, which is this one, from the pattern and what else the settings say of it.
bool own_path(std::string_view pattern, std::string_view mpi_rank, std::uint32_t pid, std::string_view executable,
              PathText& out) noexcept;

}  // namespace memline::capture
