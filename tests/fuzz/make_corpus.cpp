// Writes the corpora of codec_fuzz, block_fuzz, packed_fuzz and replay_fuzz: make_corpus FOLDER
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

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const fs::path folder = argv[1];
  const auto every = every_record_once().bytes();
  const std::pair<const char*, std::vector<std::byte>> traces[] = {{"every_record", every},
                                                                   {"heap", heap_in_two_threads().bytes()},
                                                                   {"mappings", mappings().bytes()},
                                                                   {"pools", pools().bytes()},
                                                                   {"images", images_and_spans().bytes()}};
  for (const auto& [name, bytes] : traces) {
    write(folder / "replay" / name, fuzz::pack_trace(bytes));
    write(folder / "packed" / (std::string(name) + "_raw"), fuzz::pack_trace(bytes));
    write_packed(folder / "packed", name, bytes);
    write(folder / "codec" / name, first_block(bytes).subspan(sizeof(trace::BlockHeader)));
  }
  const auto block = first_block(every);
  write(folder / "block" / "sealed", block);
  write(folder / "block" / "cut", block.first(block.size() - 1));
  std::vector<std::byte> raw = {std::byte{'R'}};
  raw.insert(raw.end(), every.begin(), every.begin() + trace::kHeaderBytes);
  raw.insert(raw.end(), block.begin(), block.end());
  write(folder / "replay" / "raw", raw);
}
