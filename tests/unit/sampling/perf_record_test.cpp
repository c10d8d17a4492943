// Records as the kernel documents them, those of hardware counters too, which this machine may not have.
#include "sampling/perf_record.h"

#include "record_bytes.h"
#include "support/catch.h"

namespace memline::sampling {
namespace {

using memline::test::RecordBytes;

constexpr std::uint64_t kFaultEvent = 77, kCyclesEvent = 78;

PerfRecord parse(const std::vector<std::byte>& bytes) {
  return parse_record(bytes, [](std::uint64_t event) { return event == kFaultEvent; });
}

std::vector<std::byte> stack_bytes(std::size_t size) {
  std::vector<std::byte> bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::byte>(i);
  return bytes;
}

/// A sample of cycles in frequency mode, with a copied stack of 64 bytes of which 40 could be read.
std::vector<std::byte> cycles_sample() {
  return RecordBytes(PERF_RECORD_SAMPLE, PERF_RECORD_MISC_USER)
      .u64(kCyclesEvent)
      .u64(0x401234)
      .u32(10)
      .u32(11)
      .u64(5'000'000)
      .u64(123'456)
      .u64(PERF_SAMPLE_REGS_ABI_64)
      .u64(0x7ffe1000)
      .u64(0x7ffe0f00)
      .u64(0x401234)
      .u64(64)
      .raw(stack_bytes(64))
      .u64(40)
      .done();
}

TEST_CASE("a hardware counter's sample stands for its period") {
  const auto bytes = cycles_sample();
  const PerfRecord record = parse(bytes);
  REQUIRE(std::holds_alternative<SampleRecord>(record));
  const auto& sample = std::get<SampleRecord>(record);
  CHECK(sample.event == kCyclesEvent);
  CHECK(sample.ip == 0x401234);
  CHECK(sample.pid == 10);
  CHECK(sample.tid == 11);
  CHECK(sample.time_ns == 5'000'000);
  CHECK(sample.period == 123'456);
  CHECK(sample.has_registers);
  CHECK(sample.bp == 0x7ffe1000);
  CHECK(sample.sp == 0x7ffe0f00);
  CHECK(sample.user_ip == 0x401234);
  CHECK(sample.stack.size() == 40);
  CHECK(sample.stack[39] == std::byte{39});
  CHECK(record_time(bytes) == 5'000'000U);
}

TEST_CASE("a page fault's sample carries its address") {
  const auto bytes = RecordBytes(PERF_RECORD_SAMPLE, PERF_RECORD_MISC_KERNEL)
                         .u64(kFaultEvent)
                         .u64(0xffffffff81000000)
                         .u32(10)
                         .u32(10)
                         .u64(7)
                         .u64(0x7f0000001008)
                         .u64(1)
                         .u64(PERF_SAMPLE_REGS_ABI_64)
                         .u64(1)
                         .u64(2)
                         .u64(3)
                         .u64(0)
                         .done();
  const PerfRecord record = parse(bytes);
  REQUIRE(std::holds_alternative<SampleRecord>(record));
  const auto& sample = std::get<SampleRecord>(record);
  CHECK(sample.address == 0x7f0000001008);
  CHECK(sample.period == 1);
  CHECK(sample.user_ip == 3);
  CHECK(sample.stack.empty());
}

TEST_CASE("a sample in a thread of the kernel has no registers") {
  const auto bytes = RecordBytes(PERF_RECORD_SAMPLE, PERF_RECORD_MISC_KERNEL)
                         .u64(kCyclesEvent)
                         .u64(1)
                         .u32(2)
                         .u32(2)
                         .u64(3)
                         .u64(4)
                         .u64(PERF_SAMPLE_REGS_ABI_NONE)
                         .u64(0)
                         .done();
  const PerfRecord record = parse(bytes);
  REQUIRE(std::holds_alternative<SampleRecord>(record));
  CHECK_FALSE(std::get<SampleRecord>(record).has_registers);
}

TEST_CASE("a mapping of code") {
  const auto bytes = RecordBytes(PERF_RECORD_MMAP2, PERF_RECORD_MISC_USER)
                         .u32(10)
                         .u32(11)
                         .u64(0x7f0000002000)
                         .u64(0x5000)
                         .u64(0x2000)
                         .u32(8)
                         .u32(1)
                         .u64(4711)
                         .u64(0)
                         .u32(5)
                         .u32(2)
                         .text("/usr/lib/libz.so")
                         .trailer(10, 11, 99, 1)
                         .done();
  const PerfRecord record = parse(bytes);
  REQUIRE(std::holds_alternative<MapRecord>(record));
  const auto& map = std::get<MapRecord>(record);
  CHECK(map.pid == 10);
  CHECK(map.time_ns == 99);
  CHECK(map.address == 0x7f0000002000);
  CHECK(map.length == 0x5000);
  CHECK(map.file_offset == 0x2000);
  CHECK(map.inode == 4711);
  CHECK(map.path == "/usr/lib/libz.so");
}

TEST_CASE("execs, forks and losses") {
  const auto exec = RecordBytes(PERF_RECORD_COMM, PERF_RECORD_MISC_COMM_EXEC)
                        .u32(10)
                        .u32(10)
                        .text("app")
                        .trailer(10, 10, 5, 1)
                        .done();
  CHECK(std::get<ExecRecord>(parse(exec)).pid == 10);
  const auto renamed = RecordBytes(PERF_RECORD_COMM, 0).u32(10).u32(10).text("worker").trailer(10, 10, 5, 1).done();
  CHECK(std::holds_alternative<std::monostate>(parse(renamed)));
  const auto fork =
      RecordBytes(PERF_RECORD_FORK, 0).u32(20).u32(10).u32(20).u32(10).u64(6).trailer(10, 10, 6, 1).done();
  CHECK(std::get<ForkRecord>(parse(fork)).pid == 20);
  CHECK(std::get<ForkRecord>(parse(fork)).parent_pid == 10);
  const auto lost = RecordBytes(PERF_RECORD_LOST, 0).u64(kFaultEvent).u64(1682).trailer(10, 10, 7, 1).done();
  CHECK(std::get<LostRecord>(parse(lost)).records == 1682);
  CHECK(std::get<LostRecord>(parse(lost)).time_ns == 7);
}

TEST_CASE("records may be cut anywhere, and say anything") {
  const auto whole = cycles_sample();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    std::vector<std::byte> part(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    CHECK(std::holds_alternative<std::monostate>(parse(part)));  // its header says more
    if (size < sizeof(perf_event_header)) continue;
    const auto length = static_cast<std::uint16_t>(size);
    std::memcpy(part.data() + offsetof(perf_event_header, size), &length, sizeof length);
    const PerfRecord record = parse(part);
    if (const auto* sample = std::get_if<SampleRecord>(&record)) CHECK(sample->stack.empty());
  }
  std::vector<std::byte> huge = whole;
  const std::uint64_t copied = ~std::uint64_t{0};
  std::memcpy(huge.data() + huge.size() - 64 - 16, &copied, sizeof copied);
  CHECK(std::holds_alternative<std::monostate>(parse(huge)));
}

}  // namespace
}  // namespace memline::sampling
