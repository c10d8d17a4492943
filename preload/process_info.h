/// \file Who a process is: pid, start time and boot id together name it for good. Reads /proc by raw system calls.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "text.h"

namespace memline::capture {

struct ProcessStat {
  std::uint32_t parent_pid = 0;
  std::uint64_t start = 0;  ///< field 22 of /proc/PID/stat: clock ticks after boot
};

/// Takes parent and start time out of a line of /proc/PID/stat. The command name in it may hold anything.
bool parse_stat(const char* line, std::size_t bytes, ProcessStat& out) noexcept;

/// "/proc/PID/NAME".
Text<64> proc_path(std::uint32_t pid, std::string_view name) noexcept;

/// False: there is no such process, or /proc is not there.
bool read_stat(std::uint32_t pid, ProcessStat& out) noexcept;

struct Identity {
  std::uint32_t pid = 0;
  std::uint64_t start = 0;
  std::array<std::uint8_t, 16> boot_id{};
};

/// This process. What /proc does not tell is 0.
Identity own_identity() noexcept;

/// Whether the process may still be running. In doubt yes: its trace is then left alone.
bool is_alive(const Identity& process) noexcept;

/// Path of the running program; empty where /proc is not there.
void own_executable(PathText& out) noexcept;

/// Path of the file that is mapped at `address`. False: none, or /proc is not there.
bool mapped_path(std::uint64_t address, PathText& out) noexcept;

/// Reads up to `capacity` bytes of a file; 0 on failure.
std::size_t read_whole(const char* path, void* out, std::size_t capacity) noexcept;

}  // namespace memline::capture
