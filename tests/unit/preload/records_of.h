// Reads back what the capture side wrote, record by record.
#pragma once

#include <cstddef>
#include <cstring>
#include <fstream>
#include <functional>
#include <iterator>
#include <span>
#include <string>
#include <vector>

#include "memline/trace_format.h"

namespace memline::testing {

inline std::string file_bytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

inline trace::TraceHeader header_of(const std::string& bytes) {
  trace::TraceHeader header{};
  if (bytes.size() >= sizeof header) std::memcpy(&header, bytes.data(), sizeof header);
  return header;
}

/// Calls `visit(block header, record)` for every record of every block, in the file's order. False: damaged.
template <class Visit>
class RecordVisitor {
 public:
  explicit RecordVisitor(Visit visit) : visit_(std::move(visit)) {}

  bool file(const std::string& bytes) {
    for (std::size_t at = trace::kHeaderBytes; at < bytes.size(); at += trace::kBlockBytes) {
      const std::size_t size = std::min(trace::kBlockBytes, bytes.size() - at);
      if (!block({reinterpret_cast<const std::byte*>(bytes.data()) + at, size})) return false;
    }
    return true;
  }

  bool block(std::span<const std::byte> bytes) {
    trace::BlockHeader header{};
    const trace::BlockFault fault = trace::check_block(bytes, header);
    if (fault == trace::BlockFault::kUnused) return true;
    if (fault != trace::BlockFault::kNone) return false;
    const std::span<const std::byte> payload = bytes.subspan(sizeof header, header.payload_bytes);
    trace::DeltaState deltas;
    deltas.time_ticks = header.base_ticks;
    for (std::size_t at = 0; at < payload.size();) {
      const auto type = static_cast<trace::RecordType>(payload[at]);
      trace::Decoder decoder(payload.subspan(at + 1));
      if (!any(type, decoder, deltas, header, trace::AllRecords{}) || !decoder.ok()) return false;
      at = static_cast<std::size_t>(decoder.position() - payload.data());
    }
    return true;
  }

 private:
  template <class... Records>
  bool any(trace::RecordType type, trace::Decoder& decoder, trace::DeltaState& deltas, const trace::BlockHeader& header,
           trace::TypeList<Records...>) {
    return (one<Records>(type, decoder, deltas, header) || ...);
  }
  template <class Record>
  bool one(trace::RecordType type, trace::Decoder& decoder, trace::DeltaState& deltas,
           const trace::BlockHeader& header) {
    if (type != Record::kType) return false;
    Record record{};
    Record::fields(decoder, deltas, record);
    visit_(header, record);
    return true;
  }

  Visit visit_;
};

/// All records of one type, with texts that point into `bytes`.
template <class Record>
std::vector<Record> all_of(const std::string& bytes) {
  std::vector<Record> found;
  RecordVisitor visitor([&](const trace::BlockHeader&, const auto& record) {
    if constexpr (std::is_same_v<std::decay_t<decltype(record)>, Record>) found.push_back(record);
  });
  if (!visitor.file(bytes)) found.clear();
  return found;
}

}  // namespace memline::testing
