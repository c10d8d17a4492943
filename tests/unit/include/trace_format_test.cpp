// Every record type: that it comes back as it was written, that its bytes never change, that no damage to them hurts.
#include "memline/trace_format.h"

#include <cstdio>
#include <deque>
#include <fstream>
#include <random>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "every_record.h"
#include "support/catch.h"

namespace memline::trace {
namespace {

/// Reads a record's fields into one list, so that two records can be compared without an operator== for each type.
class Collector {
 public:
  static constexpr bool kWrites = true;
  template <class T>
  void number(const T& value) {
    add(static_cast<std::uint64_t>(value));
  }
  void signed_number(const std::int64_t& value) { add(value); }
  template <class T>
  void delta(const T& value, T& /*last*/) {
    add(value);
  }
  void time(const std::uint64_t& value, DeltaState& /*state*/) { add(value); }
  void block_address(const std::uint64_t& value, DeltaState& /*state*/) { add(value); }
  void text(const std::string_view& value) { fields.emplace_back(value); }
  void real(const double& value) { add(value); }

  std::vector<std::string> fields;

 private:
  template <class T>
  void add(const T& value) {
    std::ostringstream out;
    out << value;
    fields.push_back(out.str());
  }
};

template <class Record>
std::vector<std::string> fields_of(const Record& record) {
  Collector collector;
  DeltaState state;
  Record::fields(collector, state, record);
  return collector.fields;
}

/// Fills a record with random values of random magnitude.
class Filler {
 public:
  static constexpr bool kWrites = false;
  explicit Filler(std::mt19937_64& random, std::uint64_t most) : random_(random), most_(most) {}
  template <class T>
  void number(T& value) {
    value = static_cast<T>(most_ == ~std::uint64_t{0} ? any() : any() % (most_ + 1));
  }
  void signed_number(std::int64_t& value) { value = static_cast<std::int64_t>(any()); }
  template <class T>
  void delta(T& value, T& /*last*/) {
    value = static_cast<T>(any());
  }
  void time(std::uint64_t& value, DeltaState& state) { value = state.time_ticks + (any() >> 1); }
  void block_address(std::uint64_t& value, DeltaState& /*state*/) { value = any(); }
  void text(std::string_view& value) {
    std::string& text = texts_.emplace_back(any() % 40, '\0');
    for (char& c : text) c = static_cast<char>(any());
    value = text;
  }
  void real(double& value) { value = static_cast<double>(any()) / 3; }
  void fail() {}

 private:
  std::uint64_t any() { return random_() >> (random_() % 64); }
  std::mt19937_64& random_;
  std::uint64_t most_;
  std::deque<std::string> texts_;
};

template <class Record>
void round_trip(std::mt19937_64& random) {
  std::vector<std::byte> bytes(4096);
  for (int i = 0; i < 200; ++i) {
    // A count must be one that the record can have.
    static_assert(kMaxFramesPerRecord == kMaxPageRuns);
    constexpr bool kCounts = std::is_same_v<Record, Stack> || std::is_same_v<Record, ResidentPages>;
    Filler filler(random, kCounts ? kMaxFramesPerRecord : ~std::uint64_t{0});
    DeltaState state{.time_ticks = random() >> 1, .address = random(), .offset = random(), .stack = 17};
    DeltaState read_state = state;
    Record record{};
    Record::fields(filler, state, record);
    state = read_state;
    std::byte* position = bytes.data();
    REQUIRE(encode(position, bytes.data() + bytes.size(), state, record));
    REQUIRE(static_cast<RecordType>(bytes[0]) == Record::kType);

    Decoder decoder({bytes.data() + 1, static_cast<std::size_t>(position - bytes.data()) - 1});
    Record copy{};
    Record::fields(decoder, read_state, copy);
    CHECK(decoder.ok());
    CHECK(decoder.done());
    CHECK(fields_of(copy) == fields_of(record));
    CHECK(read_state.time_ticks == state.time_ticks);
    CHECK(read_state.address == state.address);
    CHECK(read_state.offset == state.offset);
    CHECK(read_state.stack == state.stack);
  }
}

template <class... Records>
void round_trips(TypeList<Records...> /*types*/) {
  std::mt19937_64 random(20230817);
  (round_trip<Records>(random), ...);
}

TEST_CASE("every record comes back as it was written", "[format]") {
  round_trips(AllRecords{});
}

template <class... Records>
std::vector<int> types_of(TypeList<Records...> /*types*/) {
  return {static_cast<int>(Records::kType)...};
}

TEST_CASE("every record type has its own number, and a record in every_record()", "[format]") {
  const std::vector<int> types = types_of(AllRecords{});
  const std::set<int> distinct(types.begin(), types.end());
  CHECK(distinct.size() == types.size());
  std::set<int> shown;
  testing::every_record(
      [&]<class Record>(const char*, const Record&) { shown.insert(static_cast<int>(Record::kType)); });
  CHECK(shown == distinct);
}

struct Payload {
  std::vector<std::byte> bytes;
  std::string golden;  ///< one line a record: its name and its bytes
};

Payload every_record_encoded() {
  Payload payload;
  payload.bytes.resize(kPayloadBytes);
  std::byte* position = payload.bytes.data();
  DeltaState state{.time_ticks = 1000, .address = 0, .offset = 0, .stack = 0};
  testing::every_record([&](const char* name, const auto& record) {
    const std::byte* begin = position;
    REQUIRE(encode(position, payload.bytes.data() + payload.bytes.size(), state, record));
    payload.golden += name;
    for (; begin != position; ++begin) {
      char hex[4];
      std::snprintf(hex, sizeof hex, " %02x", std::to_integer<unsigned>(*begin));
      payload.golden += hex;
    }
    payload.golden += '\n';
  });
  payload.bytes.resize(static_cast<std::size_t>(position - payload.bytes.data()));
  return payload;
}

TEST_CASE("the bytes of every record are those in the golden file", "[format]") {
  std::ifstream file(MEMLINE_GOLDEN_DIR "/trace_format.hex");
  std::ostringstream golden;
  for (std::string line; std::getline(file, line);) {
    if (!line.empty() && line[0] != '#') golden << line << '\n';
  }
  // A difference here is a change of the format: it needs a new kVersion, and a new golden file.
  CHECK(every_record_encoded().golden == golden.str());
}

template <class... Records>
bool decode_any(RecordType type, Decoder& decoder, DeltaState& state, TypeList<Records...> /*types*/) {
  return ((type == Records::kType &&
           [&] {
             Records record{};
             Records::fields(decoder, state, record);
             return decoder.ok();
           }()) ||
          ...);
}

/// The number of whole records.
std::size_t decode_all(std::span<const std::byte> bytes) {
  DeltaState state{.time_ticks = 1000, .address = 0, .offset = 0, .stack = 0};
  std::size_t records = 0;
  while (!bytes.empty()) {
    Decoder decoder(bytes.subspan(1));
    if (!decode_any(static_cast<RecordType>(bytes[0]), decoder, state, AllRecords{})) break;
    ++records;
    bytes = bytes.subspan(static_cast<std::size_t>(decoder.position() - bytes.data()));
  }
  return records;
}

TEST_CASE("a payload may be cut anywhere: whole records stay readable", "[format]") {
  const std::vector<std::byte> bytes = every_record_encoded().bytes;
  std::size_t last = 0;
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    // A copy of just that size, so that a sanitizer sees any byte read beyond.
    const std::vector<std::byte> part(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(cut));
    const std::size_t records = decode_all(part);
    CHECK((records == last || records == last + 1));
    last = records;
  }
  CHECK(last == types_of(AllRecords{}).size());
}

TEST_CASE("no single changed byte makes decoding go wrong", "[format]") {
  std::vector<std::byte> bytes = every_record_encoded().bytes;
  for (std::byte& byte : bytes) {
    const std::byte good = byte;
    for (int value = 0; value < 256; ++value) {
      byte = static_cast<std::byte>(value);
      CHECK(decode_all(bytes) <= bytes.size());
    }
    byte = good;
  }
}

}  // namespace
}  // namespace memline::trace
