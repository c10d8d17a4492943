// Any bytes as the payload of a block: decoded to an end, printed, and what was decoded encodes to the same record.
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "trace/record_text.h"
#include "trace/record_traits.h"

namespace {

using namespace memline::trace;  // NOLINT(google-build-using-namespace): nothing but it is used here

template <class Record>
std::string text_of(const Record& record) {
  if constexpr (std::is_same_v<Record, Stack>) {
    return record_text(record, [](std::uint32_t module) { return std::to_string(module); });
  } else {
    return record_text(record);
  }
}

/// Decodes one record and moves on; false where it is malformed.
template <class Record>
bool check_record(std::span<const std::byte>& bytes, DeltaState& state) {
  const DeltaState before = state;
  Record record{};
  Decoder decoder(bytes.subspan(1));
  Record::fields(decoder, state, record);
  if (!decoder.ok()) return false;
  const std::string text = text_of(record);
  if (text.find('\n') != std::string::npos) std::abort();

  std::vector<std::byte> again(bytes.size() + 4096);
  std::byte* position = again.data();
  DeltaState written = before;
  if (!encode(position, again.data() + again.size(), written, record)) std::abort();
  Decoder second({again.data() + 1, static_cast<std::size_t>(position - again.data()) - 1});
  Record copy{};
  DeltaState read = before;
  Record::fields(second, read, copy);
  if (!second.ok() || !second.done() || text_of(copy) != text) std::abort();
  if (read.time_ticks != state.time_ticks || read.address != state.address) std::abort();
  if (read.offset != state.offset || read.stack != state.stack) std::abort();

  bytes = bytes.subspan(static_cast<std::size_t>(decoder.position() - bytes.data()));
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::span<const std::byte> bytes(reinterpret_cast<const std::byte*>(data), size);
  DeltaState state;
  while (!bytes.empty()) {
    bool ok = false;
    dispatch_record(static_cast<RecordType>(bytes[0]),
                    [&]<class Record>(std::type_identity<Record>) { ok = check_record<Record>(bytes, state); });
    if (!ok) break;
  }
  return 0;
}
