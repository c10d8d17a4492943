/// \file How much memory the process's group may have: in a container, say.
///
/// What is cached of a trace counts for the group too, and where a group has little the kernel may kill before it has
/// found what it could do without (seen with 3.6 of 4 MiB that were on the disk already). Sources: the kernel's
/// Documentation/admin-guide/cgroup-v1/memory.rst and cgroup-v2.rst.
#pragma once

#include <cstdint>
#include <string_view>

namespace memline::capture {

/// What a line of /proc/PID/cgroup says of memory.
struct MemoryGroup {
  std::string_view path;  ///< empty: none
  bool version_1 = false;
};

/// The process's memory group, out of /proc/PID/cgroup.
MemoryGroup memory_group_of(std::string_view cgroups) noexcept;

/// The least limit of a group of version 1 and those above it, in bytes, out of its memory.stat; UINT64_MAX: there is none.
std::uint64_t hierarchical_limit(std::string_view stat) noexcept;

/// The limit of one group of version 2, in bytes, out of its memory.max; UINT64_MAX: there is none.
std::uint64_t own_limit(std::string_view max) noexcept;

/// How many bytes this process's group may have; UINT64_MAX: any number, or it cannot be told. Reads a few files. Takes 7 KiB of
/// stack.
std::uint64_t memory_group_limit() noexcept;

}  // namespace memline::capture
