/// \file TraceHeader and BlockHeader: how the bytes of a trace file are divided.
///
///     offset 0             TraceHeader, one page: who wrote the file, how far it is written, how the process ended
///     kHeaderBytes         block 0: BlockHeader + payload, kBlockBytes in all
///     + kBlockBytes        block 1 ...
///
/// A block belongs to one lane (one thread at a time writes it) of one image (exec starts the next one). Blocks of a
/// lane are numbered by `sequence`; blocks of different lanes stand in the file in the order in which they were taken.
/// While a block is open, `payload_bytes` says how many bytes of it hold whole records: a killed process loses nothing
/// but the record it was writing. A sealed block carries the CRC-32C of its header and payload.
/// A block whose magic is 0 was reserved and never used. All numbers are little-endian.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#if defined(__x86_64__)
#include <cpuid.h>
#include <nmmintrin.h>
#endif

namespace memline::trace {

/// What is written. Version 2 had no samples, and is otherwise the same: it is read, too.
inline constexpr std::uint32_t kVersion = 3;
inline constexpr std::uint32_t kOldestVersion = 2;
constexpr bool is_readable_version(std::uint32_t version) {
  return version >= kOldestVersion && version <= kVersion;
}
inline constexpr std::size_t kHeaderBytes = 4096;
inline constexpr std::size_t kBlockBytes = std::size_t{64} << 10;
inline constexpr std::array<char, 8> kFileMagic = {'m', 'e', 'm', 'l', 'i', 'n', 'e', '\n'};
inline constexpr std::uint32_t kBlockMagic = 0x4b4c424d;  // "MBLK"
/// The lanes of `memline run`, which writes Tick records and samples from outside; they have no Thread record.
inline constexpr std::uint32_t kWatcherLane = 0xfffffffe;
inline constexpr std::uint32_t kSamplerLane = 0xfffffffd;

/// TraceHeader::watcher_pid while a sidecar is being started.
inline constexpr std::uint32_t kExpectedWatcher = 0xffffffff;

enum class ExitKind : std::uint32_t {
  kUnknown = 0,  ///< still running, or killed with nobody watching
  kExit = 1,     ///< exit(), _exit(), quick_exit() or a return from main; code = status
  kSignal = 2,   ///< code = signal number
  kExec = 3,     ///< the process went on with another program that was not recorded
};

/// Why events are missing. Indexes TraceHeader::lost_events.
enum class Loss : std::uint32_t {
  kTraceFull = 0,  ///< no space left, RLIMIT_FSIZE, MEMLINE_MAX_TRACE, or no system calls allowed any more
  kNested = 1,     ///< a signal handler's events for which no lane was free
  kNoLane = 2,     ///< more threads at once than lanes
  kNoMemory = 3,   ///< our own tables could not grow
  kCount = 4,
};

/// TraceHeader::reserved_bytes of a trace on a file system that cannot be mapped. Blocks are then written when they are
/// full, and those that are open when the process ends: kUnmappedOpen until then, kUnmappedDone afterwards.
inline constexpr std::uint64_t kUnmappedOpen = ~std::uint64_t{0};
inline constexpr std::uint64_t kUnmappedDone = kUnmappedOpen - 1;

/// The first page of a trace; lives in a MAP_SHARED mapping while the process runs. Fields marked (atomic) are updated
/// by several threads or processes at once.
struct TraceHeader {
  std::array<char, 8> magic;
  std::uint32_t version;
  std::uint32_t header_bytes;
  std::uint32_t block_bytes;
  std::uint32_t page_bytes;
  std::array<std::uint8_t, 16> trace_id;  ///< random; names this trace in a child's ForkedFrom
  std::array<std::uint8_t, 16> boot_id;
  std::uint64_t process_start;  ///< field 22 of /proc/PID/stat: with pid and boot_id it names the process for good
  std::uint32_t pid;
  std::uint32_t images;  ///< (atomic) program images so far: 1 + recorded execs
  std::uint32_t
      claimed_blocks;       ///< (atomic) blocks handed out; the file may end before (reserved space is cut at exit)
  std::uint32_t exit_kind;  ///< ExitKind
  std::int32_t exit_code;
  std::uint32_t watcher_pid;     ///< `memline run` or the sidecar, while it watches from outside; else 0
  std::uint64_t reserved_bytes;  ///< (atomic) file space that may be written to; or kUnmapped...
  std::uint64_t exit_monotonic_ns;
  std::array<std::uint64_t, static_cast<std::size_t>(Loss::kCount)> lost_events;  ///< (atomic)
  std::uint64_t lost_bytes;  ///< (atomic) acquired bytes among them
};
static_assert(sizeof(TraceHeader) == 144);

enum class BlockState : std::uint32_t { kOpen = 1, kSealed = 2 };

struct BlockHeader {
  std::uint32_t magic;
  std::uint32_t crc32c;         ///< of the rest of the header and the payload, once sealed
  std::uint32_t state;          ///< BlockState
  std::uint32_t payload_bytes;  ///< (atomic) whole records in it
  std::uint32_t lane;
  std::uint32_t image;       ///< 0 for the first program of the process
  std::uint32_t sequence;    ///< 0, 1, 2... within (image, lane)
  std::uint32_t reserved;    ///< 0
  std::uint64_t base_ticks;  ///< DeltaState::time_ticks at the start of the payload
};
static_assert(sizeof(BlockHeader) == 40);
inline constexpr std::size_t kPayloadBytes = kBlockBytes - sizeof(BlockHeader);

namespace detail {
// CRC-32C (Castagnoli), reflected polynomial 0x82f63b78, RFC 3720 appendix B.4.
constexpr std::array<std::uint32_t, 256> make_crc_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) value = (value >> 1) ^ ((value & 1) != 0 ? 0x82f63b78U : 0U);
    table[i] = value;
  }
  return table;
}
inline constexpr std::array<std::uint32_t, 256> kCrcTable = make_crc_table();

inline std::uint32_t crc32c_table(std::uint32_t crc, const std::byte* data, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) {
    crc = kCrcTable[(crc ^ static_cast<std::uint32_t>(data[i])) & 0xff] ^ (crc >> 8);
  }
  return crc;
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) inline std::uint32_t crc32c_sse42(std::uint32_t crc, const std::byte* data,
                                                                    std::size_t size) {
  std::uint64_t wide = crc;
  for (; size >= 8; size -= 8, data += 8) {
    std::uint64_t word;
    std::memcpy(&word, data, sizeof word);
    wide = _mm_crc32_u64(wide, word);
  }
  return crc32c_table(static_cast<std::uint32_t>(wide), data, size);
}
inline bool ask_for_sse42() {
  unsigned a = 0, b = 0, c = 0, d = 0;
  return __get_cpuid(1, &a, &b, &c, &d) != 0 && (c & bit_SSE4_2) != 0;
}
/// Asked once: cpuid traps in a virtual machine.
inline bool has_sse42() {
  enum : std::uint8_t { kUnknown, kNo, kYes };
  constinit static std::atomic<std::uint8_t> answer{kUnknown};
  std::uint8_t known = answer.load(std::memory_order_relaxed);
  if (known == kUnknown) {
    known = ask_for_sse42() ? kYes : kNo;
    answer.store(known, std::memory_order_relaxed);
  }
  return known == kYes;
}
#endif
}  // namespace detail

/// CRC-32C of `data`, continuing from the crc of the bytes before it (0 at the start).
inline std::uint32_t crc32c(std::uint32_t crc, const std::byte* data, std::size_t size) {
  crc = ~crc;
#if defined(__x86_64__)
  if (detail::has_sse42()) return ~detail::crc32c_sse42(crc, data, size);
#endif
  return ~detail::crc32c_table(crc, data, size);
}

/// The checksum that a sealed block with this header and payload must carry.
inline std::uint32_t block_checksum(const BlockHeader& header, const std::byte* payload) {
  BlockHeader copy = header;
  copy.crc32c = 0;
  const std::uint32_t crc = crc32c(0, reinterpret_cast<const std::byte*>(&copy), sizeof copy);
  return crc32c(crc, payload, header.payload_bytes);
}

enum class BlockFault : std::uint8_t { kNone, kUnused, kTruncated, kBadMagic, kBadLength, kBadState, kBadChecksum };

/// Whether `bytes` (one block, maybe cut short) hold a readable block. Trusts nothing. On kNone `header` is filled in.
inline BlockFault check_block(std::span<const std::byte> bytes, BlockHeader& header) {
  if (bytes.size() < sizeof(BlockHeader)) return BlockFault::kTruncated;
  std::memcpy(&header, bytes.data(), sizeof header);
  if (header.magic == 0) return BlockFault::kUnused;
  if (header.magic != kBlockMagic) return BlockFault::kBadMagic;
  if (header.payload_bytes > kPayloadBytes) return BlockFault::kBadLength;
  if (header.payload_bytes > bytes.size() - sizeof(BlockHeader)) return BlockFault::kTruncated;
  if (header.state == static_cast<std::uint32_t>(BlockState::kOpen)) return BlockFault::kNone;
  if (header.state != static_cast<std::uint32_t>(BlockState::kSealed)) return BlockFault::kBadState;
  if (block_checksum(header, bytes.data() + sizeof header) != header.crc32c) return BlockFault::kBadChecksum;
  return BlockFault::kNone;
}

}  // namespace memline::trace
