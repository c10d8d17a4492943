/// \file ByteReader: reads numbers from a bounded piece of memory and never past it.
///
/// Errors: a read past the end gives 0 and makes ok() false for good. Owns nothing, one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace memline::capture {

class ByteReader {
 public:
  ByteReader(const std::uint8_t* data, std::size_t begin, std::size_t end) noexcept
      : data_(data), position_(begin), end_(end), ok_(begin <= end) {}

  bool ok() const noexcept { return ok_; }
  bool at_end() const noexcept { return !ok_ || position_ >= end_; }
  std::size_t position() const noexcept { return position_; }

  template <class T>
  T read() noexcept {
    T value{};
    if (!ok_ || end_ - position_ < sizeof(T)) {
      ok_ = false;
      return value;
    }
    std::memcpy(&value, data_ + position_, sizeof(T));
    position_ += sizeof(T);
    return value;
  }

  std::uint64_t uleb() noexcept {
    std::uint64_t value = 0;
    for (unsigned shift = 0;; shift += 7) {
      const auto byte = read<std::uint8_t>();
      if (!ok_) return 0;
      if (shift < 64) value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
      if ((byte & 0x80) == 0) return value;
    }
  }

  std::int64_t sleb() noexcept {
    std::uint64_t value = 0;
    for (unsigned shift = 0;;) {
      const auto byte = read<std::uint8_t>();
      if (!ok_) return 0;
      if (shift < 64) value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
      shift += 7;
      if ((byte & 0x80) != 0) continue;
      if (shift < 64 && (byte & 0x40) != 0) value |= ~std::uint64_t{0} << shift;
      return static_cast<std::int64_t>(value);
    }
  }

  void skip(std::uint64_t count) noexcept {
    if (!ok_ || count > end_ - position_) {
      ok_ = false;
    } else {
      position_ += count;
    }
  }

  void seek(std::uint64_t position) noexcept {
    if (!ok_ || position > end_) {
      ok_ = false;
    } else {
      position_ = position;
    }
  }

 private:
  const std::uint8_t* data_;
  std::size_t position_;
  std::size_t end_;
  bool ok_;
};

}  // namespace memline::capture
