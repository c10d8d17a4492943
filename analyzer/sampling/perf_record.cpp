#include "sampling/perf_record.h"

#include <algorithm>
#include <cstring>

namespace memline::sampling {
namespace {

/// Of a record that is no sample: {pid, tid}, time and id stand at its end.
constexpr std::size_t kTrailerBytes = 24;
constexpr std::size_t kTimeFromEnd = 16;

class Reader {
 public:
  explicit Reader(std::span<const std::byte> bytes) : bytes_(bytes) {}

  template <class T>
  T take() {
    T value{};
    if (bytes_.size() < sizeof value) {
      ok_ = false;
      bytes_ = {};
      return value;
    }
    std::memcpy(&value, bytes_.data(), sizeof value);
    bytes_ = bytes_.subspan(sizeof value);
    return value;
  }
  std::uint32_t number() { return take<std::uint32_t>(); }
  std::uint64_t wide() { return take<std::uint64_t>(); }
  std::span<const std::byte> bytes(std::uint64_t count) {
    if (count > bytes_.size()) {
      ok_ = false;
      return {};
    }
    const auto taken = bytes_.first(static_cast<std::size_t>(count));
    bytes_ = bytes_.subspan(static_cast<std::size_t>(count));
    return taken;
  }
  std::string_view text() const {
    if (bytes_.empty()) return {};  // strnlen() takes no null
    const auto* const begin = reinterpret_cast<const char*>(bytes_.data());
    return {begin, ::strnlen(begin, bytes_.size())};
  }
  bool ok() const { return ok_; }

 private:
  std::span<const std::byte> bytes_;
  bool ok_ = true;
};

std::optional<perf_event_header> header_of(std::span<const std::byte> bytes) {
  perf_event_header header{};
  if (bytes.size() < sizeof header) return std::nullopt;
  std::memcpy(&header, bytes.data(), sizeof header);
  return header.size == bytes.size() ? std::optional(header) : std::nullopt;
}

std::uint64_t wide_at(std::span<const std::byte> bytes, std::size_t offset) {
  std::uint64_t value = 0;
  std::memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}

PerfRecord parse_sample(Reader in, bool has_address) {
  SampleRecord sample;
  sample.event = in.wide();
  sample.ip = in.wide();
  sample.pid = in.number();
  sample.tid = in.number();
  sample.time_ns = in.wide();
  if (has_address) sample.address = in.wide();
  sample.period = in.wide();
  sample.has_registers = in.wide() != PERF_SAMPLE_REGS_ABI_NONE;
  if (sample.has_registers) {
    sample.bp = in.wide();
    sample.sp = in.wide();
    sample.user_ip = in.wide();
  }
  const std::uint64_t copied = in.wide();
  sample.stack = in.bytes(copied);
  if (copied > 0) {
    // the copy may have ended at an unmapped page
    const std::uint64_t valid = in.wide();
    sample.stack = sample.stack.first(static_cast<std::size_t>(std::min<std::uint64_t>(valid, sample.stack.size())));
  }
  if (!in.ok()) return {};
  return sample;
}

PerfRecord parse_map(Reader in, std::uint64_t time_ns) {
  MapRecord map;
  map.time_ns = time_ns;
  map.pid = in.number();
  in.number();  // tid
  map.address = in.wide();
  map.length = in.wide();
  map.file_offset = in.wide();
  in.wide();  // device numbers
  map.inode = in.wide();
  in.wide();  // inode generation
  in.wide();  // protection, flags
  map.path = in.text();
  if (!in.ok()) return {};
  return map;
}

PerfRecord parse_fork(Reader in, std::uint64_t time_ns) {
  ForkRecord fork;
  fork.time_ns = time_ns;
  fork.pid = in.number();
  fork.parent_pid = in.number();
  if (!in.ok()) return {};
  return fork;
}

}  // namespace

std::optional<std::uint64_t> record_time(std::span<const std::byte> bytes) {
  const std::optional<perf_event_header> header = header_of(bytes);
  if (!header) return std::nullopt;
  constexpr std::size_t kTimeInSample = sizeof(perf_event_header) + 24;
  if (header->type == PERF_RECORD_SAMPLE) {
    if (bytes.size() < kTimeInSample + sizeof(std::uint64_t)) return std::nullopt;
    return wide_at(bytes, kTimeInSample);
  }
  if (bytes.size() < sizeof(perf_event_header) + kTrailerBytes) return std::nullopt;
  return wide_at(bytes, bytes.size() - kTimeFromEnd);
}

std::optional<std::uint64_t> detail::sample_event(std::span<const std::byte> bytes) {
  const std::optional<perf_event_header> header = header_of(bytes);
  if (!header || header->type != PERF_RECORD_SAMPLE) return std::nullopt;
  if (bytes.size() < sizeof(perf_event_header) + sizeof(std::uint64_t)) return std::nullopt;
  return wide_at(bytes, sizeof(perf_event_header));
}

PerfRecord detail::parse(std::span<const std::byte> bytes, bool has_address) {
  const std::optional<std::uint64_t> time_ns = record_time(bytes);
  if (!time_ns) return {};
  const perf_event_header header = *header_of(bytes);
  const std::span<const std::byte> body = bytes.subspan(sizeof header);
  if (header.type == PERF_RECORD_SAMPLE) return parse_sample(Reader(body), has_address);
  const Reader in(body.first(body.size() - kTrailerBytes));
  switch (header.type) {
    case PERF_RECORD_MMAP2:
      return parse_map(in, *time_ns);
    case PERF_RECORD_COMM: {
      Reader comm = in;
      const std::uint32_t pid = comm.number();
      if (!comm.ok() || (header.misc & PERF_RECORD_MISC_COMM_EXEC) == 0) return {};
      return ExecRecord{pid, *time_ns};
    }
    case PERF_RECORD_FORK:
      return parse_fork(in, *time_ns);
    case PERF_RECORD_LOST: {
      Reader lost = in;
      lost.wide();  // id of the event that came next
      const std::uint64_t records = lost.wide();
      if (!lost.ok()) return {};
      return LostRecord{*time_ns, records};
    }
    default:
      return {};
  }
}

}  // namespace memline::sampling
