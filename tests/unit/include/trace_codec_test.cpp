// Numbers, differences, addresses and texts, one at a time.
#include "memline/trace_codec.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "support/catch.h"

namespace memline::trace {
namespace {

/// What `write(encoder, state)` produces.
template <class Write>
std::vector<std::byte> encoded(Write&& write) {
  std::vector<std::byte> bytes(256);
  DeltaState state;
  Encoder encoder(bytes.data(), bytes.data() + bytes.size());
  write(encoder, state);
  REQUIRE(encoder.ok());
  bytes.resize(static_cast<std::size_t>(encoder.position() - bytes.data()));
  return bytes;
}

std::vector<int> ints(const std::vector<std::byte>& bytes) {
  std::vector<int> values;
  for (const std::byte byte : bytes) values.push_back(std::to_integer<int>(byte));
  return values;
}

constexpr std::uint64_t kMax = std::numeric_limits<std::uint64_t>::max();

TEST_CASE("numbers take seven bits a byte", "[codec]") {
  const auto number = [](std::uint64_t value) {
    return ints(encoded([&](Encoder& c, DeltaState&) { c.number(value); }));
  };
  CHECK(number(0) == std::vector<int>{0});
  CHECK(number(127) == std::vector<int>{127});
  CHECK(number(128) == std::vector<int>{0x80, 1});
  CHECK(number(300) == std::vector<int>{0xac, 2});
  CHECK(number(kMax).size() == 10);
}

TEST_CASE("numbers of any width come back", "[codec]") {
  for (unsigned bits = 0; bits < 64; ++bits) {
    for (const std::uint64_t value : {std::uint64_t{1} << bits, (std::uint64_t{1} << bits) - 1, kMax >> bits}) {
      const auto bytes = encoded([&](Encoder& c, DeltaState& d) {
        c.number(value), c.signed_number(static_cast<std::int64_t>(value));
        c.block_address(value, d), c.delta(value, d.offset), c.time(value, d);
      });
      Decoder decoder(bytes);
      DeltaState state;
      std::uint64_t number = 0, address = 0, offset = 0, time = 0;
      std::int64_t signed_number = 0;
      decoder.number(number), decoder.signed_number(signed_number);
      decoder.block_address(address, state), decoder.delta(offset, state.offset), decoder.time(time, state);
      CHECK(decoder.ok());
      CHECK(decoder.done());
      CHECK(number == value);
      CHECK(signed_number == static_cast<std::int64_t>(value));
      CHECK(address == value);
      CHECK(offset == value);
      CHECK(time == value);
    }
  }
}

TEST_CASE("an aligned address near the last one takes one byte", "[codec]") {
  const auto bytes = encoded([](Encoder& c, DeltaState& d) {
    c.block_address(0x555500001000, d);
    const std::byte* before = c.position();
    c.block_address(0x555500001000 + 16 * 20, d);
    CHECK(c.position() - before == 1);
    before = c.position();
    c.block_address(0x555500001000 + 16 * 20 + 8, d);  // not aligned: its low bits follow
    CHECK(c.position() - before == 2);
  });
  CHECK_FALSE(bytes.empty());
}

TEST_CASE("what does not fit is refused", "[codec]") {
  std::array<std::byte, 9> small{};
  Encoder number(small.data(), small.data() + small.size());
  number.number(std::uint64_t{1});  // may take up to 10 bytes
  CHECK_FALSE(number.ok());
  std::array<std::byte, 12> larger{};
  Encoder text(larger.data(), larger.data() + larger.size());
  text.text("0123456789ab");
  CHECK_FALSE(text.ok());
}

TEST_CASE("the decoder refuses what no encoder writes", "[codec]") {
  const auto refused = [](std::vector<int> values, auto read) {
    std::vector<std::byte> bytes;
    for (const int value : values) bytes.push_back(static_cast<std::byte>(value));
    Decoder decoder(bytes);
    read(decoder);
    return !decoder.ok();
  };
  std::uint64_t wide = 7;
  std::uint32_t narrow = 7;
  std::string_view text = "x";
  double real = 7;
  DeltaState late{.time_ticks = kMax, .address = 0, .offset = 0, .stack = 0};
  const auto read_wide = [&](Decoder& d) { d.number(wide); };
  CHECK(refused({}, read_wide));
  CHECK(wide == 0);
  CHECK(refused({0x80}, read_wide));
  CHECK(refused({0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02}, read_wide));  // 65 bits
  CHECK(refused({0xff, 0xff, 0xff, 0xff, 0x1f}, [&](Decoder& d) { d.number(narrow); }));    // 33 bits
  CHECK(refused({5, 'a', 'b'}, [&](Decoder& d) { d.text(text); }));
  CHECK(text.empty());
  CHECK(refused({0, 0, 0}, [&](Decoder& d) { d.real(real); }));
  CHECK(refused({1}, [&](Decoder& d) { d.time(wide, late); }));  // time runs over
  CHECK(refused({1, 16}, [&](Decoder& d) { d.block_address(wide, late); }));
}

TEST_CASE("after the first fault every field reads as nothing", "[codec]") {
  const std::array<std::byte, 3> bytes = {std::byte{0xff}, std::byte{0xff}, std::byte{0xff}};
  Decoder decoder(bytes);
  std::uint64_t number = 5;
  std::string_view text = "x";
  decoder.number(number);
  number = 5;
  decoder.number(number);
  decoder.text(text);
  CHECK_FALSE(decoder.ok());
  CHECK(decoder.done());
  CHECK(number == 0);
  CHECK(text.empty());
}

}  // namespace
}  // namespace memline::trace
