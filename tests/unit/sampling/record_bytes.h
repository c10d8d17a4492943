/// \file RecordBytes: records of a perf ring, put together field by field as perf_event_open(2) documents them.
#pragma once

#include <linux/perf_event.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

namespace memline::test {

class RecordBytes {
 public:
  RecordBytes(std::uint32_t type, std::uint16_t misc) {
    perf_event_header header{};
    header.type = type;
    header.misc = misc;
    put(header);
  }
  template <class T>
  RecordBytes& put(const T& value) {
    const std::size_t at = bytes_.size();
    bytes_.resize(at + sizeof value);
    std::memcpy(bytes_.data() + at, &value, sizeof value);
    return *this;
  }
  RecordBytes& u32(std::uint32_t value) { return put(value); }
  RecordBytes& u64(std::uint64_t value) { return put(value); }
  RecordBytes& raw(std::span<const std::byte> bytes) {
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
    return *this;
  }
  /// Ends in a NUL and is padded to a multiple of 8 bytes.
  RecordBytes& text(std::string_view text) {
    for (const char c : text) put(c);
    do put('\0');
    while (bytes_.size() % 8 != 0);
    return *this;
  }
  /// What sample_id_all appends: {pid, tid}, time, id.
  RecordBytes& trailer(std::uint32_t pid, std::uint32_t tid, std::uint64_t time, std::uint64_t id) {
    return u32(pid).u32(tid).u64(time).u64(id);
  }
  std::vector<std::byte> done() {
    const auto size = static_cast<std::uint16_t>(bytes_.size());
    std::memcpy(bytes_.data() + offsetof(perf_event_header, size), &size, sizeof size);
    return bytes_;
  }

 private:
  std::vector<std::byte> bytes_;
};

}  // namespace memline::test
