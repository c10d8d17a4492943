// Code of special kinds: generated at run time, ending with a call, in libraries without .eh_frame_hdr.
#include <dlfcn.h>
#include <sys/mman.h>

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "probe.h"
#include "support/catch.h"

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

namespace {

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
    // The plugin calls back from ten frames of its own: nine levels of inner, and outer.
    outer(
        [] {
          current_probe->walk();
          __asm__ volatile("");
        },
        9);
    CHECK(probe.last.end == StackEnd::kRoot);
    const std::vector<std::uint64_t> pcs = probe.pcs();
    const auto inside =
        std::count_if(pcs.begin(), pcs.end(), [&](std::uint64_t pc) { return pc >= module.start && pc < module.end; });
    CHECK(inside == 11);
    CHECK(probe.last.depth == base + 11 + 1);
    dlclose(library);
    probe.unwinder().invalidate();
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
  outer(
      [] {
        current_probe->walk();
        __asm__ volatile("");
      },
      9);
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
