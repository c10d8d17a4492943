// Walks a copy of this thread's own stack, and compares with what the compiler says the callers are.
#include "sampling/stack_walk.h"

#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "support/catch.h"

namespace memline::sampling {
namespace {

/// The code that is mapped into this process.
void read_own_code(CodeMap& code, CodeFiles& files) {
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    std::istringstream in(line);
    std::string range, access, offset, device, path;
    std::uint64_t inode = 0;
    in >> range >> access >> offset >> device >> inode >> path;
    if (access.find('x') == std::string::npos || !path.starts_with('/')) continue;
    MapRecord map;
    map.pid = static_cast<std::uint32_t>(::getpid());
    map.address = std::stoull(range, nullptr, 16);
    map.length = std::stoull(range.substr(range.find('-') + 1), nullptr, 16) - map.address;
    map.file_offset = std::stoull(offset, nullptr, 16);
    map.inode = inode;
    map.path = path;
    code.add(map, files);
  }
}

struct Taken {
  SampleRecord sample;
  std::vector<std::byte> stack;
  void* callers[2] = {};
  std::size_t own_bytes = 0;  ///< of the stack, up to and with the innermost return address
};

#if defined(__x86_64__)
/// The stack as it lies there, with what AddressSanitizer keeps between its variables.
[[gnu::no_sanitize_address]] void copy_stack(std::vector<std::byte>& to, std::uint64_t from) {
  const auto* const bytes = reinterpret_cast<const volatile std::byte*>(from);
  std::byte* const out = to.data();
  const std::size_t count = to.size();
  for (std::size_t i = 0; i < count; ++i) out[i] = bytes[i];
}

/// As the kernel takes a sample right here.
[[gnu::noinline]] void take(Taken& taken, std::size_t bytes) {
  std::uint64_t sp = 0, bp = 0, pc = 0;
  __asm__ volatile("mov %%rsp, %0\n mov %%rbp, %1\n lea 0(%%rip), %2" : "=r"(sp), "=r"(bp), "=r"(pc));
  taken.stack.resize(bytes);
  copy_stack(taken.stack, sp);
  taken.sample.has_registers = true;
  taken.sample.sp = sp;
  taken.sample.bp = bp;
  taken.sample.user_ip = pc;
  taken.sample.stack = taken.stack;
  taken.callers[0] = __builtin_return_address(0);
  taken.own_bytes = reinterpret_cast<std::uint64_t>(__builtin_frame_address(0)) + 16 - sp;
}

[[gnu::noinline]] void take_further_in(Taken& taken, std::size_t bytes) {
  volatile char room[300];
  room[0] = 1;
  take(taken, bytes);
  taken.callers[1] = __builtin_return_address(0);
  room[1] = room[0];
}

TEST_CASE("a copied stack is walked from its registers outwards") {
  CodeFiles files;
  CodeMap code;
  read_own_code(code, files);
  Taken taken;
  take_further_in(taken, 4096);
  std::vector<WalkedFrame> frames;
  walk_stack(taken.sample, code, frames);
  REQUIRE(frames.size() >= 3);
  CHECK(frames[0].exact);
  REQUIRE(frames[1].module != nullptr);
  CHECK(frames[1].module->bias + frames[1].offset == reinterpret_cast<std::uint64_t>(taken.callers[0]));
  CHECK(frames[2].module->bias + frames[2].offset == reinterpret_cast<std::uint64_t>(taken.callers[1]));
  CHECK_FALSE(frames[2].exact);
}

TEST_CASE("where the copy ends, the walk says so") {
  CodeFiles files;
  CodeMap code;
  read_own_code(code, files);
  Taken taken;
  take_further_in(taken, 4096);
  taken.sample.stack = taken.sample.stack.first(taken.own_bytes);  // the second caller lies behind `room`
  std::vector<WalkedFrame> frames;
  CHECK(walk_stack(taken.sample, code, frames) == trace::StackEnd::kCopyEnd);
  REQUIRE(frames.size() == 2);
  CHECK(frames[1].module->bias + frames[1].offset == reinterpret_cast<std::uint64_t>(taken.callers[0]));
}

TEST_CASE("registers that make no sense end the walk") {
  CodeFiles files;
  CodeMap code;
  read_own_code(code, files);
  Taken taken;
  take_further_in(taken, 1024);
  std::vector<WalkedFrame> frames;
  taken.sample.user_ip = 16;
  CHECK(walk_stack(taken.sample, code, frames) == trace::StackEnd::kNoUnwindInfo);
  CHECK(frames.size() == 1);
  CHECK(frames[0].module == nullptr);
  taken.sample.has_registers = false;
  walk_stack(taken.sample, code, frames);
  CHECK(frames.empty());
}
#endif

}  // namespace
}  // namespace memline::sampling
