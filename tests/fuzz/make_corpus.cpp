// Writes the corpora of codec_fuzz, block_fuzz, packed_fuzz, replay_fuzz, reader_fuzz, rows_fuzz and perf_fuzz:
// make_corpus FOLDER
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "packed_trace.h"
#include "support/trace_builder.h"
#include "trace/pack/format.h"
#include "trace/pack/packer.h"
#include "unit/include/every_record.h"
#include "unit/sampling/record_bytes.h"

namespace {

namespace fs = std::filesystem;
using namespace memline;  // NOLINT(google-build-using-namespace): a program of one file
using testing::TraceBuilder;

void write(const fs::path& path, std::span<const std::byte> bytes) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

std::span<const std::byte> first_block(const std::vector<std::byte>& file) {
  trace::BlockHeader header{};
  std::memcpy(&header, file.data() + trace::kHeaderBytes, sizeof header);
  return std::span(file).subspan(trace::kHeaderBytes, sizeof header + header.payload_bytes);
}

trace::Acquire acquire(std::uint64_t time, std::uint64_t address, std::uint64_t bytes, std::uint32_t stack) {
  return {time, address, bytes, stack, trace::Origin::kMalloc};
}

TraceBuilder every_record_once() {
  TraceBuilder trace;
  testing::every_record([&](const char*, const auto& record) { trace.add(0, record); });
  return trace;
}

TraceBuilder heap_in_two_threads() {
  TraceBuilder trace;
  trace.begin_image();
  const std::uint32_t a = trace.stack(0, {0x10, 0x20});
  trace.thread(1, 1);
  const std::uint32_t b = trace.stack(1, {0x10, 0x30});
  trace.add(0, acquire(1, 0x1000, 100, a));
  trace.add(1, acquire(2, 0x2000, 50, b));
  trace.add(0, trace::MoveBegin{3, 0x1000});
  trace.add(1, acquire(4, 0x1000, 10, b));
  trace.add(0, trace::MoveEnd{5, 0x1000, 0x3000, 200, a});
  trace.add(0, trace::Release{6, 0x2000, a});
  trace.seal(0);
  trace.add(0, trace::Release{7, 0x9000, 0});
  trace.add(0, trace::MoveBegin{8, 0x3000});
  trace.add(0, trace::MoveEnd{9, 0x3000, 0, 1, a});
  return trace;
}

TraceBuilder mappings() {
  TraceBuilder trace;
  trace.begin_image();
  const std::uint32_t a = trace.stack(0, {0x10, 0x20});
  const auto kind = trace::MapKind::kPrivateAnonymous;
  constexpr std::uint64_t kAt = 0x10000;
  trace.add(0, trace::Map{1, kAt, 0x8000, 0, 0x22, kind, a});
  trace.add(0, trace::Protect{2, kAt + 0x1000, 0x2000, 3, a});
  trace.add(0, trace::Map{3, kAt + 0x2000, 0x3000, 3, 0x32, kind, a});
  trace.add(0, trace::Unmap{4, kAt, 0x2000, a});
  trace.add(0, trace::UnmapFailed{5, kAt, 0x2000});
  trace.add(0, trace::Unmap{6, kAt, 0x2000, a});
  trace.add(0, trace::RemapBegin{7, kAt + 0x2000, 0x1000});
  trace.add(0, trace::RemapEnd{8, kAt + 0x2000, 0x1000, kAt + 0x20000, 0x4000, 1, a});
  trace.add(0, trace::RemapBegin{9, kAt + 0x20000, 0x1000});
  trace.add(0, trace::RemapEnd{10, kAt + 0x20000, 0x1000, kAt + 0x40000, 0x1000, 5, a});
  trace.add(0, trace::Break{11, 0x5000, 0x6800, a});
  trace.add(0, trace::Break{12, 0x6800, 0x5100, a});
  return trace;
}

TraceBuilder pools() {
  TraceBuilder trace;
  trace.begin_image();
  const std::uint32_t a = trace.stack(0, {0x10, 0x20});
  trace.add(0, acquire(1, 0x1000, 1000, a));
  trace.add(0, trace::Map{2, 0x10000, 0x4000, 3, 0x22, trace::MapKind::kPrivateAnonymous, a});
  trace.add(0, trace::PoolCreate{3, 1, "p"});
  trace.add(0, trace::PoolBacking{4, 1, 0x1010, 500, a});
  trace.add(0, trace::PoolBacking{5, 1, 0x10100, 0x2000, a});
  trace.add(0, trace::PoolAcquire{6, 1, 0x1010, 300, a});
  trace.add(0, trace::PoolBacking{7, 2, 0x1020, 100, a});
  trace.add(0, trace::PoolAcquire{8, 2, 0x1020, 10, a});
  trace.add(0, trace::PoolRealloc{9, 2, 0x1020, 0x1030, 20, a});
  trace.add(0, trace::PoolReset{10, 1, a});
  trace.add(0, trace::PoolDestroy{11, 2, a});
  trace.add(0, trace::PoolDestroy{12, 1, a});
  trace.add(0, trace::Release{13, 0x1000, a});
  return trace;
}

TraceBuilder images_and_spans() {
  TraceBuilder trace;
  trace.begin_image();
  const std::uint32_t a = trace.stack(0, {0x10, 0x20});
  trace.add(0, trace::SpanBegin{1, 1, 0, "s"});
  trace.add(0, acquire(2, 0x1000, 1, a));
  trace.add(0, trace::SpanEnd{3, 1});
  trace.add(0, trace::Recording{4, 0});
  trace.add(0, trace::Exec{5, "/bin/next"});
  trace.begin_image();
  trace.add(0, trace::NamedFrame{9, 0, 3, "a.py", "f"});
  trace.add(0, acquire(6, 0x1000, 1, 9));
  trace.add(0, trace::Exit{7, 7, trace::ExitKind::kExit, 0});
  return trace;
}

struct MemorySink : trace::pack::PackSink {
  std::vector<std::byte> bytes;
  std::optional<Error> write_at(std::uint64_t offset, std::span<const std::byte> part) override {
    if (bytes.size() < offset + part.size()) bytes.resize(offset + part.size());
    std::copy(part.begin(), part.end(), bytes.begin() + static_cast<std::ptrdiff_t>(offset));
    return std::nullopt;
  }
};

/// A packed trace, and its first chunk alone.
void write_packed(const fs::path& folder, const std::string& name, const std::vector<std::byte>& raw) {
  MemorySink sink;
  if (!trace::pack::pack(*trace::make_memory_source(raw, name), sink, 1)) return;
  std::vector<std::byte> file = {std::byte{'F'}}, chunk = {std::byte{'C'}};
  file.insert(file.end(), sink.bytes.begin(), sink.bytes.end());
  write(folder / name, file);
  const std::size_t begin = sizeof(trace::TraceHeader) + sizeof(trace::pack::PackedHeader);
  trace::pack::ChunkHeader header{};
  std::memcpy(&header, sink.bytes.data() + begin, sizeof header);
  const auto bytes = std::span(sink.bytes).subspan(begin, sizeof header + header.directory_bytes + header.body_bytes);
  chunk.insert(chunk.end(), bytes.begin(), bytes.end());
  write(folder / (name + "_chunk"), chunk);
}

/// What reader_fuzz asks for by name: a mark, a span, a second image, several threads, modules, a parent.
TraceBuilder whole_program() {
  TraceBuilder trace;
  trace.begin_image();
  trace.add(0, trace::ForkedFrom{1, 0, std::string_view("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16), "/proc/self/fd/100"});
  trace.add(0, trace::ForkPosition{0, 0, 400});
  const std::uint32_t a = trace.stack(0, {0x10, 0x20});
  trace.thread(1, 1, "\x1b[31m<script>");
  const std::uint32_t b = trace.stack(1, {0x10, 0x30}, trace::StackEnd::kNoUnwindInfo);
  trace.add(0, trace::Tick{1, 10, 100});
  trace.add(0, trace::SpanBegin{2, 1, 0, "s"});
  trace.add(1, trace::SpanAttach{3, 1});
  trace.add(0, acquire(4, 0x1000, 100, a));
  trace.add(1, acquire(5, 0x2000, 50, b));
  trace.add(0, trace::Mark{6, 1, 2.5, "m"});
  trace.add(1, trace::NamedFrame{9, 0, 3, "/dev/zero", "\xff\x07 f"});
  trace.add(1, acquire(7, 0x3000, 5, 9));
  trace.add(1, trace::SpanDetach{8, 1});
  trace.add(0, trace::SpanEnd{9, 1});
  trace.add(0, trace::Release{10, 0x1000, a});
  trace.add(0, trace::Exec{11, "/bin/next"});
  trace.begin_image();
  trace.add(0, trace::Map{12, 0x10000, 0x4000, 3, 0x22, trace::MapKind::kPrivateAnonymous, trace.stack(0, {0x40})});
  trace.add(0, trace::Exit{13, 20, trace::ExitKind::kSignal, 9});
  return trace;
}

using Bytes = std::vector<std::uint8_t>;

void put32(Bytes& out, std::uint32_t value) {
  for (int i = 0; i < 4; ++i) out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

void put_entry(Bytes& out, std::uint32_t id, Bytes body) {
  while ((body.size() + 8) % 8 != 0) body.push_back(0);
  put32(out, static_cast<std::uint32_t>(body.size() + 4));
  put32(out, id);
  out.insert(out.end(), body.begin(), body.end());
}

/// An input of rows_fuzz: a search table of one entry, a CIE and an FDE of 64 bytes of code at address 64.
Bytes rows_input(const Bytes& program, std::string_view augmentation = "zR") {
  constexpr std::uint32_t kHeaderBytes = 20;
  constexpr std::uint32_t kCode = 64;
  Bytes out = {kHeaderBytes, 0, kCode + 5, 0, 1, 0x1b, 0x03, 0x3b};
  put32(out, 0x20000 - 0x10004);  // where .eh_frame is, from here
  put32(out, 1);
  put32(out, kCode - 0x10000);
  Bytes frames;
  Bytes cie = {1};
  cie.insert(cie.end(), augmentation.begin(), augmentation.end());
  cie.push_back(0);
  const Bytes rest = {1, 0x78, 16, 1, 0x03, 0x0C, 7, 8, 0x90, 1};
  cie.insert(cie.end(), rest.begin(), rest.end());
  put_entry(frames, 0, cie);
  put32(out, static_cast<std::uint32_t>(0x20000 - 0x10000 + frames.size()));
  Bytes fde;
  put32(fde, kCode);
  put32(fde, 64);
  fde.push_back(0);
  fde.insert(fde.end(), program.begin(), program.end());
  put_entry(frames, static_cast<std::uint32_t>(frames.size() + 4), fde);
  put32(frames, 0);
  out.insert(out.end(), frames.begin(), frames.end());
  return out;
}

void write_rows(const fs::path& folder) {
  const std::pair<const char*, Bytes> inputs[] = {
      {"frame_pointer", rows_input({0x41, 0x0E, 16, 0x86, 2, 0x43, 0x0D, 6, 0x50, 0x0A, 0x0C, 7, 8, 0x41, 0x0B})},
      {"plt", rows_input({0x0F, 11, 0x77, 8, 0x80, 0, 0x3F, 0x1A, 0x3B, 0x2A, 0x33, 0x24, 0x22})},
      {"realigned", rows_input({0x0F, 3, 0x76, 0x78, 0x06, 0x10, 6, 2, 0x76, 0})},
      {"signal", rows_input({0x0F, 4,  0x77, 0xA0, 0x01, 0x06, 0x10, 7, 3, 0x77, 0xA0, 0x01,
                             0x10, 16, 3,    0x77, 0xA8, 0x01, 0x10, 6, 3, 0x77, 0xF8, 0x00},
                            "zRS")},
      {"root", rows_input({0x07, 16})},
      {"registers", rows_input({0x0C, 3, 16, 0x09, 16, 5, 0x16, 6, 2, 0x73, 0, 0x14, 7, 2, 0x2F, 3, 1, 0x2E, 8})},
      {"jumps", rows_input({0x0F, 12, 0x77, 8, 0x31, 0x28, 1, 0, 0x96, 0x12, 0x16, 0x14, 0x13, 0x13, 0x13})}};
  for (const auto& [name, bytes] : inputs) write(folder / name, std::as_bytes(std::span(bytes)));
}

/// What a kernel writes into a ring when a program starts, runs and forks.
std::vector<std::byte> perf_records() {
  using test::RecordBytes;
  std::vector<std::byte> all;
  const auto add = [&all](const std::vector<std::byte>& record) {
    all.insert(all.end(), record.begin(), record.end());
  };
  add(RecordBytes(PERF_RECORD_COMM, PERF_RECORD_MISC_COMM_EXEC).u32(9).u32(9).text("app").trailer(9, 9, 1, 1).done());
  RecordBytes map(PERF_RECORD_MMAP2, 2);
  map.u32(9).u32(9).u64(0x400000).u64(0x5000).u64(0).u32(0).u32(0).u64(0).u64(0).u32(5).u32(2);
  add(map.text("//anon").trailer(9, 9, 2, 1).done());
  for (const std::uint64_t event : {7U, 8U}) {
    RecordBytes sample(PERF_RECORD_SAMPLE, 2);
    sample.u64(event).u64(0x400010).u32(9).u32(9).u64(3);
    if (event == 7) sample.u64(0x7f0000001000);
    sample.u64(1).u64(2).u64(0x7ffe1000).u64(0x7ffe0f00).u64(0x400010);
    sample.u64(64).raw(std::vector<std::byte>(64, std::byte{0x40})).u64(48);
    add(sample.done());
  }
  add(RecordBytes(PERF_RECORD_FORK, 0).u32(20).u32(9).u32(20).u32(9).u64(6).trailer(9, 9, 6, 1).done());
  add(RecordBytes(PERF_RECORD_LOST, 0).u64(7).u64(1682).trailer(9, 9, 7, 1).done());
  return all;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const fs::path folder = argv[1];
  const auto every = every_record_once().bytes();
  write_rows(folder / "rows");
  const std::pair<const char*, std::vector<std::byte>> traces[] = {
      {"every_record", every},          {"program", whole_program().bytes()}, {"heap", heap_in_two_threads().bytes()},
      {"mappings", mappings().bytes()}, {"pools", pools().bytes()},           {"images", images_and_spans().bytes()}};
  unsigned command = 0;
  for (const auto& [name, bytes] : traces) {
    std::vector<std::byte> packed = fuzz::pack_trace(bytes);
    write(folder / "replay" / name, packed);
    write(folder / "packed" / (std::string(name) + "_raw"), packed);
    write_packed(folder / "packed", name, bytes);
    packed.insert(packed.begin(), static_cast<std::byte>(command));
    write(folder / "reader" / name, packed);
    command += 2;
    write(folder / "codec" / name, first_block(bytes).subspan(sizeof(trace::BlockHeader)));
  }
  const auto block = first_block(every);
  write(folder / "block" / "sealed", block);
  write(folder / "block" / "cut", block.first(block.size() - 1));
  std::vector<std::byte> raw = {std::byte{'R'}};
  raw.insert(raw.end(), every.begin(), every.begin() + trace::kHeaderBytes);
  raw.insert(raw.end(), block.begin(), block.end());
  write(folder / "perf" / "records", perf_records());
  write(folder / "replay" / "raw", raw);
}
