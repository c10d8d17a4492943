// Code of special kinds: generated at run time, ending with a call, in libraries without .eh_frame_hdr.
#include <dlfcn.h>
#include <sys/mman.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

#include "probe.h"
#include "support/catch.h"
#include "unwinder/libunwind_walk.h"

using namespace memline::capture;
using namespace memline::capture::test;

// caller_last's last instruction is the call: the return address is next_function's.
extern "C" void unwinder_caller_last(void (*function)());
extern "C" void unwinder_next_function();
__asm__(
    ".text\n.globl unwinder_caller_last\n.type unwinder_caller_last,@function\nunwinder_caller_last:\n"
    ".cfi_startproc\nsub $56,%rsp\n.cfi_adjust_cfa_offset 56\ncall *%rdi\n.cfi_endproc\n"
    ".size unwinder_caller_last,.-unwinder_caller_last\n"
    ".globl unwinder_next_function\n.type unwinder_next_function,@function\nunwinder_next_function:\n"
    ".cfi_startproc\nret\n.cfi_endproc\n.size unwinder_next_function,.-unwinder_next_function\n");

// Frames that are found by way of rbx: the loader's lazy-binding trampoline is such a one. The second one's rbx is
// saved by the first.
extern "C" void unwinder_cfa_in_rbx(void (*function)());
__asm__(
    ".text\n.globl unwinder_cfa_in_rbx\n.type unwinder_cfa_in_rbx,@function\nunwinder_cfa_in_rbx:\n"
    ".cfi_startproc\npush %rbx\n.cfi_def_cfa_offset 16\n.cfi_offset %rbx,-16\nmov %rsp,%rbx\n"
    ".cfi_def_cfa_register %rbx\nsub $200,%rsp\nand $-64,%rsp\ncall *%rdi\n"
    "mov %rbx,%rsp\n.cfi_def_cfa_register %rsp\npop %rbx\n.cfi_restore %rbx\n.cfi_def_cfa_offset 8\nret\n.cfi_endproc\n"
    ".size unwinder_cfa_in_rbx,.-unwinder_cfa_in_rbx\n");

namespace {

[[gnu::noinline]] void event_twice() {
  current_probe->event();
  current_probe->event();
  __asm__ volatile("");
}

void walk_once() {
  current_probe->walk();
  __asm__ volatile("");
}

[[gnu::noinline]] void rbx_again() {
  unwinder_cfa_in_rbx(event_twice);
  __asm__ volatile("");
}

[[noreturn]] void throw_after_event() {
  current_probe->event();
  throw 1;
}

}  // namespace

TEST_CASE("a call that is a function's last instruction") {
  Probe probe;
  current_probe = &probe;
  bool caught = false;
  try {
    unwinder_caller_last(throw_after_event);
  } catch (int) {
    caught = true;
  }
  probe.event();
  current_probe = nullptr;
  INFO(probe.first_difference);
  CHECK(caught);
  CHECK(probe.differences == 0);
  CHECK(probe.last.end == StackEnd::kRoot);
}

TEST_CASE("frames that need more registers than sp and bp") {
  for (const bool knows_stack : {true, false}) {
    Probe probe(512, knows_stack);
    current_probe = &probe;
    unwinder_cfa_in_rbx(event_twice);
    unwinder_cfa_in_rbx(rbx_again);
    probe.event();
    unwinder_cfa_in_rbx(rbx_again);
    current_probe = nullptr;
    INFO(probe.first_difference);
    CHECK(probe.events == 7);
    CHECK(probe.differences == 0);
    CHECK(probe.bad_nodes == 0);
    CHECK(probe.last.end == StackEnd::kRoot);
  }
}

TEST_CASE("generated code without unwind information ends the stack, marked") {
  // push %rbp; mov %rsp,%rbp; call *%rdi; pop %rbp; ret
  static constexpr unsigned char kCode[] = {0x55, 0x48, 0x89, 0xE5, 0xFF, 0xD7, 0x5D, 0xC3};
  void* const memory = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  REQUIRE(memory != MAP_FAILED);
  std::memcpy(memory, kCode, sizeof kCode);
  mprotect(memory, 4096, PROT_READ | PROT_EXEC);
  Probe probe;
  current_probe = &probe;
  const auto generated = reinterpret_cast<void (*)(void (*)())>(reinterpret_cast<std::uint64_t>(memory));
  for (int i = 0; i < 3; ++i) {
    generated(walk_once);
    CHECK(probe.last.end == StackEnd::kNoUnwindInfo);
    CHECK(probe.last.depth == 2);  // the callback and the generated code
    CHECK(probe.last.fresh == (i == 0 ? 2 : 0));
    CHECK(probe.pcs().back() == reinterpret_cast<std::uint64_t>(memory) + 6);
  }
  probe.event();
  current_probe = nullptr;
  CHECK(probe.last.end == StackEnd::kRoot);
  CHECK(probe.differences == 0);
  munmap(memory, 4096);
}

TEST_CASE("libunwind as the unwinder gives the same frames") {
  const BacktraceFunction backtrace = load_libunwind();
  REQUIRE(backtrace != nullptr);
  Probe ours;
  Probe theirs;
  std::vector<void*> buffer(1024);
  const auto walk_both = [&](int expected_fresh) {
    ours.walk();
    const StartRegisters start{ours.pcs()[1], 0, 0};  // from the caller of this
    const Unwinder::Walk walk = libunwind_walk(theirs.unwinder(), backtrace, start, buffer.data(), buffer.size());
    CHECK(walk.end == StackEnd::kRoot);
    CHECK(walk.depth == ours.last.depth - 1);
    if (expected_fresh >= 0) CHECK(walk.fresh == static_cast<std::uint32_t>(expected_fresh));
    const std::vector<std::uint64_t> all = ours.pcs();
    CHECK(theirs.pcs() == std::vector<std::uint64_t>(all.begin() + 1, all.end()));
  };
  walk_both(-1);
  walk_both(1);  // from another line of the same function
}

TEST_CASE("the module of an address") {
  ModuleInfo module{};
  REQUIRE(find_module(reinterpret_cast<std::uint64_t>(&throw_after_event), module));
  CHECK(module.start <= reinterpret_cast<std::uint64_t>(&throw_after_event));
  CHECK(module.end > reinterpret_cast<std::uint64_t>(&throw_after_event));
  CHECK(module.eh_frame_hdr != 0);
  int on_stack = 0;
  CHECK_FALSE(find_module(reinterpret_cast<std::uint64_t>(&on_stack), module));
  CHECK_FALSE(find_module(0, module));
}

TEST_CASE("a library without .eh_frame_hdr, closed and opened again") {
  Probe probe;
  current_probe = &probe;
  for (int round = 0; round < 3; ++round) {
    void* const library = dlopen(UNWINDER_NO_HEADER_LIBRARY, RTLD_NOW | RTLD_LOCAL);
    REQUIRE(library != nullptr);
    const auto outer = reinterpret_cast<void (*)(void (*)(), int)>(dlsym(library, "unwinder_plugin_outer"));
    REQUIRE(outer != nullptr);
    ModuleInfo module{};
    REQUIRE(find_module(reinterpret_cast<std::uint64_t>(outer), module));
    CHECK(module.eh_frame_hdr == 0);
    const std::uint32_t base = probe.walk().depth;
    // The plugin has eleven frames of its own: outer, and inner at the levels 9 to 0.
    outer(walk_once, 9);
    CHECK(probe.last.end == StackEnd::kRoot);
    const std::vector<std::uint64_t> pcs = probe.pcs();
    const auto inside =
        std::count_if(pcs.begin(), pcs.end(), [&](std::uint64_t pc) { return pc >= module.start && pc < module.end; });
    CHECK(inside == 11);
    CHECK(probe.last.depth == base + 11 + 1);
    dlclose(library);
    probe.invalidate();
  }
  current_probe = nullptr;
}

TEST_CASE("without system calls a library without .eh_frame_hdr ends the stack, marked") {
  Probe probe;
  probe.unwinder().allow_system_calls(false);
  current_probe = &probe;
  void* const library = dlopen(UNWINDER_NO_HEADER_LIBRARY, RTLD_NOW | RTLD_LOCAL);
  REQUIRE(library != nullptr);
  const auto outer = reinterpret_cast<void (*)(void (*)(), int)>(dlsym(library, "unwinder_plugin_outer"));
  outer(walk_once, 9);
  CHECK(probe.last.end == StackEnd::kNoUnwindInfo);
  CHECK(probe.last.depth == 2);
  dlclose(library);
  current_probe = nullptr;
}

TEST_CASE("a stack through the dynamic loader and back") {
  // dlopen runs the plugin's constructor, with the loader's own frames between it and us.
  Probe probe;
  current_probe = &probe;
  void* const library = dlopen(UNWINDER_PLUGIN_LIBRARY, RTLD_NOW | RTLD_LOCAL);
  current_probe = nullptr;
  REQUIRE(library != nullptr);
  INFO(probe.first_difference);
  CHECK(probe.events == 1);
  CHECK(probe.differences == 0);
  CHECK(probe.last.end == StackEnd::kRoot);
  dlclose(library);
}
