/// \file PerfRecord: the records that the kernel writes into a perf ring buffer, as far as they are used here.
///
/// Layout: linux/perf_event.h and perf_event_open(2), for events opened with kSampleFields (and PERF_SAMPLE_ADDR where
/// they say so) and sample_id_all. The parser trusts nothing and never allocates; spans point into the bytes given.
#pragma once

#include <linux/perf_event.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <variant>

namespace memline::sampling {

/// What a sample of every counter carries.
inline constexpr std::uint64_t kSampleFields = PERF_SAMPLE_IDENTIFIER | PERF_SAMPLE_IP | PERF_SAMPLE_TID |
                                               PERF_SAMPLE_TIME | PERF_SAMPLE_PERIOD | PERF_SAMPLE_REGS_USER |
                                               PERF_SAMPLE_STACK_USER;
/// The registers in it, by their numbers in asm/perf_regs.h of x86: bp, sp, ip.
inline constexpr std::uint64_t kUserRegisters = (1U << 6) | (1U << 7) | (1U << 8);
struct SampleRecord {
  std::uint64_t event = 0;  ///< PERF_EVENT_IOC_ID of the counter
  std::uint64_t ip = 0;
  std::uint32_t pid = 0, tid = 0;
  std::uint64_t time_ns = 0, address = 0, period = 0;
  bool has_registers = false;  ///< false: a thread of the kernel
  std::uint64_t bp = 0, sp = 0, user_ip = 0;
  std::span<const std::byte> stack;  ///< from sp on
};

/// Code was mapped.
struct MapRecord {
  std::uint32_t pid = 0;
  std::uint64_t time_ns = 0, address = 0, length = 0, file_offset = 0, inode = 0;
  std::string_view path;
};

/// `pid` began another program.
struct ExecRecord {
  std::uint32_t pid = 0;
  std::uint64_t time_ns = 0;
};

/// A new thread, or a process where pid != parent_pid.
struct ForkRecord {
  std::uint32_t pid = 0, parent_pid = 0;
  std::uint64_t time_ns = 0;
};

struct LostRecord {
  std::uint64_t time_ns = 0, records = 0;
};

using PerfRecord = std::variant<std::monostate, SampleRecord, MapRecord, ExecRecord, ForkRecord, LostRecord>;

/// When the record of these bytes was written, whatever its type; nullopt: too short.
std::optional<std::uint64_t> record_time(std::span<const std::byte> bytes);

/// `bytes` is one whole record, its header included. `has_address(event)` tells whether the samples of this event carry
/// PERF_SAMPLE_ADDR. monostate: of no interest, or malformed.
template <class HasAddress>
PerfRecord parse_record(std::span<const std::byte> bytes, HasAddress&& has_address);

namespace detail {
std::optional<std::uint64_t> sample_event(std::span<const std::byte> bytes);
PerfRecord parse(std::span<const std::byte> bytes, bool has_address);
}  // namespace detail

template <class HasAddress>
PerfRecord parse_record(std::span<const std::byte> bytes, HasAddress&& has_address) {
  const std::optional<std::uint64_t> event = detail::sample_event(bytes);
  return detail::parse(bytes, event && has_address(*event));
}

}  // namespace memline::sampling
