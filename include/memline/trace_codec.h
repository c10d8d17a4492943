/// \file Encoder and Decoder: the two directions of one field description.
///
/// A record lists its fields once, in `fields(codec, delta_state, self)`; the preload runs that list with an Encoder, the
/// analyzer with a Decoder, so that writer and reader cannot disagree. Numbers are LEB128 varints (7 bits a byte, low
/// bits first, at most 10 bytes); signed differences are zigzag coded; text is a length and its bytes.
/// Neither class allocates or throws. The Decoder trusts nothing: on the first bad byte ok() turns false, and every
/// later field reads as zero or empty.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <type_traits>

namespace memline::trace {

/// What the deltas of a lane refer to; starts afresh in every block, so that a lost block costs only itself.
struct DeltaState {
  std::uint64_t time_ticks = 0;
  std::uint64_t address = 0;
  std::uint64_t offset = 0;
  std::uint32_t stack = 0;
};

constexpr std::uint64_t zigzag(std::uint64_t difference) {
  return (difference << 1) ^ (0 - (difference >> 63));
}
constexpr std::uint64_t unzigzag(std::uint64_t coded) {
  return (coded >> 1) ^ (0 - (coded & 1));
}

/// The longest encoding of one number.
inline constexpr std::size_t kMaxVarintBytes = 10;

/// `kChecked` false: whoever uses it has made sure that there is room for all numbers at their longest.
template <bool kChecked>
class BasicEncoder {
 public:
  static constexpr bool kWrites = true;

  BasicEncoder(std::byte* position, std::byte* end) : position_(position), end_(end) {}

  template <class T>
  void number(const T& value) {
    if constexpr (std::is_enum_v<T>) {
      varint(static_cast<std::uint64_t>(static_cast<std::underlying_type_t<T>>(value)));
    } else {
      static_assert(std::is_unsigned_v<T>, "signed fields go through signed_number()");
      varint(value);
    }
  }
  void signed_number(const std::int64_t& value) { varint(zigzag(static_cast<std::uint64_t>(value))); }

  /// A value that is near to the last one of its kind, in either direction.
  template <class T>
  void delta(const T& value, T& last) {
    varint(zigzag(
        static_cast<std::uint64_t>(static_cast<std::int64_t>(static_cast<std::make_signed_t<T>>(value - last)))));
    last = value;
  }
  /// A time stamp; never before the last one of the block (the writer sees to that).
  void time(const std::uint64_t& ticks, DeltaState& state) {
    varint(ticks - state.time_ticks);
    state.time_ticks = ticks;
  }
  /// The address of a block. Allocators align to 16 bytes, so the low four bits go to the end of the difference:
  /// bit 0 of the coded number says that they follow.
  void block_address(const std::uint64_t& address, DeltaState& state) {
    const std::uint64_t difference = zigzag((address >> 4) - (state.address >> 4));
    const std::uint64_t low = address & 15;
    varint((difference << 1) | (low != 0 ? 1 : 0));
    if (low != 0) varint(low);
    state.address = address;
  }
  void text(const std::string_view& value) {
    varint(value.size());
    if (value.empty() || !room(value.size())) return;
    std::memcpy(position_, value.data(), value.size());
    position_ += value.size();
  }
  void real(const double& value) {
    if (!room(sizeof value)) return;
    std::memcpy(position_, &value, sizeof value);
    position_ += sizeof value;
  }

  /// False as soon as something did not fit; the bytes written so far are then to be dropped.
  bool ok() const { return ok_; }
  std::byte* position() const { return position_; }

 private:
  bool room(std::size_t bytes) {
    if constexpr (kChecked) {
      if (static_cast<std::size_t>(end_ - position_) < bytes) ok_ = false;
    }
    return ok_;
  }
  void varint(std::uint64_t value) {
    if (!room(kMaxVarintBytes)) return;
    while (value >= 0x80) {
      *position_++ = static_cast<std::byte>(value | 0x80);
      value >>= 7;
    }
    *position_++ = static_cast<std::byte>(value);
  }

  std::byte* position_;
  std::byte* end_;
  bool ok_ = true;
};
using Encoder = BasicEncoder<true>;

class Decoder {
 public:
  static constexpr bool kWrites = false;

  /// `bytes` must outlive the Decoder and every text it hands out.
  explicit Decoder(std::span<const std::byte> bytes) : position_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  template <class T>
  void number(T& value) {
    const std::uint64_t coded = varint();
    if constexpr (std::is_enum_v<T>) {
      using U = std::underlying_type_t<T>;
      value = static_cast<T>(static_cast<U>(coded));
      if (coded != static_cast<std::uint64_t>(static_cast<U>(coded))) fail();
    } else {
      value = static_cast<T>(coded);
      if (coded != static_cast<std::uint64_t>(value)) fail();
    }
  }
  void signed_number(std::int64_t& value) { value = static_cast<std::int64_t>(unzigzag(varint())); }
  template <class T>
  void delta(T& value, T& last) {
    value = static_cast<T>(last + static_cast<T>(unzigzag(varint())));
    last = value;
  }
  void time(std::uint64_t& ticks, DeltaState& state) {
    ticks = state.time_ticks + varint();
    if (ticks < state.time_ticks) fail();
    state.time_ticks = ticks;
  }
  void block_address(std::uint64_t& address, DeltaState& state) {
    const std::uint64_t coded = varint();
    std::uint64_t low = 0;
    if ((coded & 1) != 0) low = varint();
    if (low > 15) fail();
    address = (((state.address >> 4) + unzigzag(coded >> 1)) << 4) | (low & 15);
    state.address = address;
  }
  void text(std::string_view& value) {
    const std::uint64_t length = varint();
    if (!ok_ || length > static_cast<std::uint64_t>(end_ - position_)) {
      fail();
      value = {};
      return;
    }
    value = {reinterpret_cast<const char*>(position_), static_cast<std::size_t>(length)};
    position_ += length;
  }
  void real(double& value) {
    value = 0;
    if (static_cast<std::size_t>(end_ - position_) < sizeof value) {
      fail();
      return;
    }
    std::memcpy(&value, position_, sizeof value);
    position_ += sizeof value;
  }

  bool ok() const { return ok_; }
  bool done() const { return position_ == end_ || !ok_; }
  /// For a record that finds its own fields impossible.
  void fail() {
    ok_ = false;
    end_ = position_;  // nothing more is read
  }
  const std::byte* position() const { return position_; }

 private:
  std::uint64_t varint() {
    // Nearly all numbers take one byte or two.
    if (end_ - position_ >= 2) {
      const auto first = static_cast<std::uint64_t>(position_[0]), second = static_cast<std::uint64_t>(position_[1]);
      if (first < 0x80) {
        ++position_;
        return first;
      }
      if (second < 0x80) {
        position_ += 2;
        return (first & 0x7f) | second << 7;
      }
    }
    return any_varint();
  }
  std::uint64_t any_varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (position_ == end_) break;
      const auto byte = static_cast<std::uint64_t>(*position_++);
      if (shift == 63 && byte > 1) break;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    fail();
    return 0;
  }

  const std::byte* position_;
  const std::byte* end_;
  bool ok_ = true;
};

}  // namespace memline::trace
