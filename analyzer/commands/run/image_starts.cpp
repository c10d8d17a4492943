#include "commands/run/image_starts.h"

#include <unistd.h>

#include <cstring>
#include <span>
#include <type_traits>

#include "base/monotonic_clock.h"
#include "memline/trace_format.h"

#if defined(__x86_64__)
#include <x86intrin.h>
#endif

namespace memline::commands {
namespace {

/// Reads one record if it is of type Record. True if it was; `found` is filled in by an ImageStart.
template <class Record>
bool read_record(std::byte type, trace::Decoder& decoder, trace::DeltaState& state,
                 std::optional<ImageBeginning>& found) {
  if (type != static_cast<std::byte>(Record::kType)) return false;
  Record record{};
  Record::fields(decoder, state, record);
  if constexpr (std::is_same_v<Record, trace::ImageStart>) {
    if (decoder.ok() && record.time_shift < 64) {
      found = ImageBeginning{0,
                             record.monotonic_ns,
                             record.ticks,
                             {record.time_shift, record.ticks_are_ns != 0},
                             static_cast<std::uint32_t>(record.parent_pid)};
    }
  }
  return decoder.ok();
}

template <class... Records>
std::optional<ImageBeginning> find_beginning(std::span<const std::byte> payload,
                                             trace::TypeList<Records...> /*types*/) {
  trace::DeltaState state;
  std::optional<ImageBeginning> found;
  while (!found && !payload.empty()) {
    trace::Decoder decoder(payload.subspan(1));
    if (!(read_record<Records>(payload[0], decoder, state, found) || ...)) break;
    payload = payload.subspan(static_cast<std::size_t>(decoder.position() - payload.data()));
  }
  return found;
}

/// The first block of an image is its first thread's, and ImageStart is among its first records.
std::optional<ImageBeginning> read_beginning(int fd, std::uint32_t block) {
  std::vector<std::byte> bytes(trace::kBlockBytes);
  const ssize_t size = ::pread(fd, bytes.data(), bytes.size(), static_cast<off_t>(block_start(block)));
  trace::BlockHeader header;
  if (size < static_cast<ssize_t>(sizeof header)) return std::nullopt;
  std::memcpy(&header, bytes.data(), sizeof header);
  const std::size_t payload = static_cast<std::size_t>(size) - sizeof header;
  if (header.magic != trace::kBlockMagic || header.payload_bytes > payload) return std::nullopt;
  auto found = find_beginning(std::span(bytes).subspan(sizeof header, header.payload_bytes), trace::AllRecords{});
  if (found) found->image = header.image;
  return found;
}

}  // namespace

std::uint64_t TraceClock::now() const {
#if defined(__x86_64__)
  if (!ticks_are_ns) return __rdtsc() >> time_shift;
#endif
  return monotonic_ns() >> time_shift;
}

std::optional<ImageBeginning> read_first_beginning(int fd) {
  return read_beginning(fd, 0);
}

const std::vector<ImageBeginning>& ImageBeginnings::update(const OutsideTrace& trace) {
  while (found_.size() <= trace.image() && next_block_ < trace.claimed_blocks()) {
    trace::BlockHeader header{};
    const auto at = static_cast<off_t>(block_start(next_block_));
    if (::pread(trace.fd(), &header, sizeof header, at) != sizeof header || header.magic == 0) break;
    const bool first = header.lane == 0 && header.sequence == 0;
    if (first) {
      const auto beginning = read_beginning(trace.fd(), next_block_);
      if (!beginning) break;  // it is being written just now
      found_.push_back(*beginning);
    }
    ++next_block_;
  }
  return found_;
}

}  // namespace memline::commands
