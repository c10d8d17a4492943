/// \file ColumnWriter and ColumnReader: the columns of a chunk as bytes, in two directions with one interface.
///
/// Code that is written once for both, `template <class Port>`, hands each value over by reference: the writer takes it,
/// the reader sets it. Neither throws; the reader trusts nothing: past the end of a column ok() turns false and every
/// value is 0. One thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "trace/pack/format.h"

namespace memline::trace::pack {

class ColumnWriter {
 public:
  static constexpr bool kWrites = true;

  void byte(Column column, const std::uint8_t& value) { at(column).push_back(static_cast<std::byte>(value)); }
  void number(Column column, std::uint64_t value) {
    std::vector<std::byte>& bytes = at(column);
    while (value >= 0x80) {
      bytes.push_back(static_cast<std::byte>(value | 0x80));
      value >>= 7;
    }
    bytes.push_back(static_cast<std::byte>(value));
  }
  void append(Column column, std::span<const std::byte> bytes) {
    at(column).insert(at(column).end(), bytes.begin(), bytes.end());
  }

  std::span<const std::byte> bytes(std::size_t column) const { return columns_[column]; }
  std::size_t total() const {
    std::size_t sum = 0;
    for (const auto& column : columns_) sum += column.size();
    return sum;
  }
  /// Empties the columns; their memory is kept.
  void clear() {
    for (auto& column : columns_) column.clear();
  }

 private:
  std::vector<std::byte>& at(Column column) { return columns_[static_cast<std::size_t>(column)]; }

  std::array<std::vector<std::byte>, kColumns> columns_;
};

class ColumnReader {
 public:
  static constexpr bool kWrites = false;

  /// The bytes must outlive the reader.
  explicit ColumnReader(const std::array<std::span<const std::byte>, kColumns>& columns) : columns_(columns) {}

  void byte(Column column, std::uint8_t& value) {
    std::span<const std::byte>& rest = at(column);
    value = 0;
    if (rest.empty()) {
      ok_ = false;
      return;
    }
    value = static_cast<std::uint8_t>(rest.front());
    rest = rest.subspan(1);
  }
  void number(Column column, std::uint64_t& value) {
    std::span<const std::byte>& rest = at(column);
    value = 0;
    for (unsigned shift = 0; shift < 64 && !rest.empty(); shift += 7) {
      const auto part = static_cast<std::uint64_t>(rest.front());
      rest = rest.subspan(1);
      value |= (part & 0x7f) << shift;
      if (part < 0x80) return;
    }
    ok_ = false;
    value = 0;
  }
  std::span<const std::byte> rest(Column column) { return at(column); }
  void skip(Column column, std::size_t bytes) {
    if (bytes > at(column).size()) {
      ok_ = false;
      bytes = at(column).size();
    }
    at(column) = at(column).subspan(bytes);
  }

  bool ok() const { return ok_; }
  void fail() { ok_ = false; }
  /// Whether every column was read to its end.
  bool done() const {
    for (const auto& column : columns_) {
      if (!column.empty()) return false;
    }
    return true;
  }

 private:
  std::span<const std::byte>& at(Column column) { return columns_[static_cast<std::size_t>(column)]; }

  std::array<std::span<const std::byte>, kColumns> columns_;
  bool ok_ = true;
};

}  // namespace memline::trace::pack
