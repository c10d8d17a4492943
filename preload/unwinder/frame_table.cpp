#include "unwinder/frame_table.h"

#include <cstring>

namespace memline::capture {
namespace {

constexpr std::uint8_t kOmit = 0xFF;
constexpr std::uint8_t kSearchable = 0x3B;  // section-relative, signed, 4 bytes: the only form linkers write
constexpr std::size_t kEntryBytes = 8;

struct Entry {
  std::int32_t code;
  std::int32_t fde;
};

Entry entry_at(const FrameTable& table, std::size_t index) noexcept {
  Entry entry{};
  std::memcpy(&entry, table.header.data + table.entries_begin + index * kEntryBytes, kEntryBytes);
  return entry;
}

}  // namespace

bool parse_frame_table(const Section& header, FrameTable& out) noexcept {
  out = FrameTable{};
  out.header = header;
  ByteReader reader(header.data, 0, header.size);
  const auto version = reader.read<std::uint8_t>();
  const auto eh_frame_encoding = reader.read<std::uint8_t>();
  const auto count_encoding = reader.read<std::uint8_t>();
  const auto table_encoding = reader.read<std::uint8_t>();
  if (!reader.ok() || version != 1) return false;
  if (!read_encoded(reader, header, eh_frame_encoding, header.address, out.eh_frame_address)) return false;
  std::uint64_t count = 0;
  if (count_encoding == kOmit || table_encoding != kSearchable) return true;
  if (!read_encoded(reader, header, count_encoding, header.address, count)) return true;
  out.entries_begin = reader.position();
  if (count <= (header.size - reader.position()) / kEntryBytes) out.entry_count = count;
  return true;
}

bool find_fde(const FrameTable& table, const Section& eh_frame, std::uint64_t pc, Cie& cie, Fde& out) noexcept {
  if (table.entry_count == 0) return find_fde(eh_frame, pc, cie, out);
  const auto wanted = static_cast<std::int64_t>(pc - table.header.address);
  std::size_t low = 0;
  std::size_t high = table.entry_count;  // the answer is the last entry in [low, high) that begins at or before pc
  while (high - low > 1) {
    const std::size_t middle = low + (high - low) / 2;
    if (entry_at(table, middle).code <= wanted) {
      low = middle;
    } else {
      high = middle;
    }
  }
  const Entry entry = entry_at(table, low);
  if (entry.code > wanted) return false;
  const std::uint64_t fde_address = table.header.address + static_cast<std::uint64_t>(std::int64_t{entry.fde});
  const std::uint64_t offset = fde_address - eh_frame.address;
  if (offset >= eh_frame.size) return false;
  return parse_fde(eh_frame, offset, cie, out) && pc >= out.begin && pc < out.end;
}

}  // namespace memline::capture
