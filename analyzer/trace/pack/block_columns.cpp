#include "trace/pack/block_columns.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <type_traits>

#include "trace/record_traits.h"

namespace memline::trace::pack {
namespace {

template <class Record>
constexpr bool kModelled =
    std::is_same_v<Record, Acquire> || std::is_same_v<Record, AcquireUsable> || std::is_same_v<Record, Release> ||
    std::is_same_v<Record, MoveBegin> || std::is_same_v<Record, MoveEnd> || std::is_same_v<Record, Stack>;

template <class Record>
constexpr bool kHasOrigin = std::is_same_v<Record, Acquire> || std::is_same_v<Record, AcquireUsable>;

template <class Record>
constexpr bool kHasStack = kHasOrigin<Record> || std::is_same_v<Record, Release> || std::is_same_v<Record, MoveEnd>;

template <class Record>
Site site_of(const Record& record) {
  Site site{Record::kType};
  if constexpr (kHasOrigin<Record>) site.origin = static_cast<std::uint8_t>(record.origin);
  if constexpr (kHasStack<Record>) site.stack = record.stack;
  return site;
}

template <class Record>
void take_site(Record& record, const Site& site) {
  if constexpr (kHasOrigin<Record>) record.origin = static_cast<Origin>(site.origin);
  if constexpr (kHasStack<Record>) record.stack = site.stack;
}

}  // namespace

template <class Record>
bool BlockColumns::fits(const Record& record) const {
  if constexpr (kHasOrigin<Record>) return static_cast<std::uint8_t>(record.origin) != Site::kVerbatim;
  if constexpr (std::is_same_v<Record, MoveEnd>) return record.address != 0 && record.old_address == moved_;
  if constexpr (std::is_same_v<Record, Stack>) return fits_model(record);
  return true;
}

template <class Port, class Record>
void BlockColumns::code(Port& port, Site& site, Record& record, std::uint64_t last_ticks) {
  if constexpr (std::is_same_v<Record, Stack>) {
    model_.stack(port, record);
  } else {
    std::uint64_t passed = record.time - last_ticks;
    port.number(Column::kTime, passed);
    record.time = last_ticks + passed;
    if constexpr (std::is_same_v<Record, Release>) {
      model_.release(port, site, record.address);
    } else if constexpr (std::is_same_v<Record, MoveBegin>) {
      model_.release(port, site, record.address);
      moved_ = record.address;
    } else {
      model_.size(port, site, record.size_bytes);
      if constexpr (std::is_same_v<Record, AcquireUsable>) {
        model_.usable(port, record.size_bytes, record.usable_bytes);
      }
      if constexpr (std::is_same_v<Record, MoveEnd>) record.old_address = moved_;
      model_.acquire(port, record.size_bytes, record.address);
    }
  }
}

template <class Record>
std::size_t BlockColumns::write_record(ColumnWriter& columns, std::span<const std::byte> rest, DeltaState& state) {
  Record record;
  const std::uint64_t last_ticks = state.time_ticks;
  Decoder decoder(rest.subspan(1));
  Record::fields(decoder, state, record);
  if (!decoder.ok()) return 0;
  const auto bytes = static_cast<std::size_t>(decoder.position() - rest.data());
  if constexpr (kModelled<Record>) {
    if (fits(record)) {
      Site site = site_of(record);
      model_.site(columns, site);
      code(columns, site, record, last_ticks);
      return bytes;
    }
  }
  Site site{Record::kType, Site::kVerbatim};
  model_.site(columns, site);
  columns.append(Column::kVerbatim, rest.subspan(1, bytes - 1));
  return bytes;
}

bool BlockColumns::write(ColumnWriter& columns, std::span<const std::byte> payload, std::uint64_t base_ticks) {
  DeltaState state;
  state.time_ticks = base_ticks;
  while (!payload.empty()) {
    std::size_t bytes = 0;
    dispatch_record(static_cast<RecordType>(payload[0]), [&]<class Record>(std::type_identity<Record>) {
      bytes = write_record<Record>(columns, payload, state);
    });
    if (bytes == 0) return false;
    payload = payload.subspan(bytes);
  }
  return true;
}

template <class Record>
std::size_t BlockColumns::read_record(ColumnReader& columns, Site& site, std::span<std::byte> rest, DeltaState& state) {
  Record record;
  if (site.origin == Site::kVerbatim) {
    const std::span<const std::byte> verbatim = columns.rest(Column::kVerbatim);
    Decoder decoder(verbatim);
    Record::fields(decoder, state, record);
    const auto bytes = static_cast<std::size_t>(decoder.position() - verbatim.data());
    if (!decoder.ok() || bytes + 1 > rest.size()) return 0;
    rest[0] = static_cast<std::byte>(Record::kType);
    if (bytes != 0) std::memcpy(rest.data() + 1, verbatim.data(), bytes);
    columns.skip(Column::kVerbatim, bytes);
    return bytes + 1;
  }
  if constexpr (kModelled<Record>) {
    take_site(record, site);
    code(columns, site, record, state.time_ticks);
    if (!columns.ok()) return 0;
    // the encoder wants more room than a record takes in the end
    std::array<std::byte, kMostModelledBytes> spare;
    const bool tight = rest.size() < spare.size();
    std::byte* const begin = tight ? spare.data() : rest.data();
    std::byte* end = begin;
    if (!encode(end, begin + spare.size(), state, record)) return 0;
    const auto bytes = static_cast<std::size_t>(end - begin);
    if (bytes > rest.size()) return 0;
    if (tight) std::memcpy(rest.data(), begin, bytes);
    return bytes;
  }
  return 0;
}

bool BlockColumns::read(ColumnReader& columns, std::span<std::byte> payload, std::uint64_t base_ticks) {
  DeltaState state;
  state.time_ticks = base_ticks;
  while (!payload.empty()) {
    Site site;
    model_.site(columns, site);
    std::size_t bytes = 0;
    dispatch_record(site.type, [&]<class Record>(std::type_identity<Record>) {
      bytes = read_record<Record>(columns, site, payload, state);
    });
    if (bytes == 0 || !columns.ok()) return false;
    payload = payload.subspan(bytes);
  }
  return true;
}

}  // namespace memline::trace::pack
