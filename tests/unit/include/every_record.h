/// \file every_record(): calls a function with one made-up record of every type, in a fixed order.
#pragma once

#include <string_view>

#include "memline/trace_format.h"

namespace memline::testing {

/// `function(name, record)`. Times rise from 1000 on; a block that holds them all begins at 1000 ticks.
template <class Function>
void every_record(Function&& function) {
  using namespace memline::trace;  // NOLINT(google-build-using-namespace): 50 names of it
  function("ImageStart", ImageStart{.ticks = 1000,
                                    .monotonic_ns = 5'000'000,
                                    .realtime_ns = 1'700'000'000'000'000'000,
                                    .pid = 4242,
                                    .parent_pid = 1,
                                    .page_bytes = 4096,
                                    .time_shift = 6,
                                    .ticks_are_ns = 0,
                                    .weight = 1,
                                    .free_stacks = 1,
                                    .paused = 0,
                                    .max_frames = 512,
                                    .executable = "/bin/app",
                                    .command_line = std::string_view("app\0-v\0", 7),
                                    .working_dir = "/tmp",
                                    .host = "host",
                                    .allocator = "/lib/libc.so.6",
                                    .unwinder = "memline"});
  function("Thread", Thread{.thread = 0, .tid = 4242, .name = "app"});
  function("Module", Module{.module = 1,
                            .generation = 2,
                            .begin = 0x400000,
                            .end = 0x480000,
                            .bias = 0x400000,
                            .main_executable = 1,
                            .build_id = "\x01\x02\xff",
                            .path = "/bin/app"});
  Stack stack{};
  stack.first_id = 1;
  stack.end = StackEnd::kDepthLimit;
  stack.count = 3;
  stack.frames[0] = {1, 0x1000, false};
  stack.frames[1] = {1, 0x0f80, true};
  stack.frames[2] = {0, 0x7fff12345678, false};
  function("Stack", stack);
  function("NamedFrame", NamedFrame{.id = 4, .parent = 3, .line = 12, .file = "a.py", .function = "f"});
  function("Acquire", Acquire{1001, 0x602010, 64, 3, Origin::kCalloc});
  function("AcquireUsable", AcquireUsable{1001, 0x602068, 100, 104, 2, Origin::kAligned});
  function("Release", Release{1003, 0x602010, 3});
  function("MoveBegin", MoveBegin{1004, 0x602068});
  function("MoveEnd", MoveEnd{1005, 0x602068, 0x602100, 200, 4});
  function("Map", Map{1006, 0x7f0000001000, 8192, 3, 0x22, MapKind::kSharedAnonymous, 1});
  function("Unmap", Unmap{1007, 0x7f0000001000, 8192, 1});
  function("UnmapFailed", UnmapFailed{1008, 0x7f0000001000, 8192});
  function("RemapBegin", RemapBegin{1009, 0x7f0000001000, 8192});
  function("RemapEnd", RemapEnd{1010, 0x7f0000001000, 8192, 0x7f0000010000, 16384, 1, 2});
  function("Protect", Protect{1011, 0x7f0000010000, 4096, 1, 2});
  function("Advise", Advise{1012, 0x7f0000010000, 4096, 4, 2});
  function("Lock", Lock{1013, 0x7f0000010000, 4096, LockKind::kUnlock, 2});
  function("Break", Break{1014, 0x700000, 0x721000, 2});
  function("Tick", Tick{1100, 5'100'000, 300});
  function("Clock", Clock{1200, 5'200'000});
  function("Mark", Mark{1201, 1, 0.5, "loss"});
  function("SpanBegin", SpanBegin{1202, 1, 0, "load"});
  function("SpanAttach", SpanAttach{1203, 1});
  function("SpanDetach", SpanDetach{1204, 1});
  function("SpanEnd", SpanEnd{1205, 1});
  function("Recording", Recording{1206, 1});
  function("PoolCreate", PoolCreate{1207, 1, "arena"});
  function("PoolBacking", PoolBacking{1208, 1, 0x602100, 200, 4});
  function("PoolAcquire", PoolAcquire{1209, 1, 0x602100, 16, 4});
  function("PoolRealloc", PoolRealloc{1210, 1, 0x602100, 0x602110, 32, 4});
  function("PoolRelease", PoolRelease{1211, 1, 0x602110, 4});
  function("PoolReset", PoolReset{1212, 1, 4});
  function("PoolDestroy", PoolDestroy{1213, 1, 4});
  function("ForkedFrom", ForkedFrom{4241, 0, "0123456789abcdef", "/tmp/trace.bin"});
  function("ForkPosition", ForkPosition{3, 7, 65000});
  function("Exec", Exec{1300, "/bin/next"});
  function("ExecFailed", ExecFailed{1301});
  function("ChildExec", ChildExec{1301, "/bin/child"});
  function("ThreadEnd", ThreadEnd{1302});
  function("Exit", Exit{1303, 6'000'000, ExitKind::kExit, -1});
  function("ResidentLook", ResidentLook{1304, 6'000'100, LookReason::kExit, 300, 65536, 0});
  function("ResidentRegion", ResidentRegion{RegionKind::kPrivate, 0x602000, 0x21000, 3, "[heap]"});
  ResidentPages pages{.first_page = 0x602, .count = 2, .runs = {}};
  pages.runs[0] = {0, 3};
  pages.runs[1] = {200, 1};
  function("ResidentPages", pages);
  function("ResidentEnd", ResidentEnd{1305, 1});
  function("Counter", Counter{.counter = 1,
                              .unit = CounterUnit::kNanoseconds,
                              .sampling = Sampling::kFrequency,
                              .interval = 1000,
                              .user_only = 1,
                              .asked_for = 1,
                              .faults = 0,
                              .name = "task-clock",
                              .refusal = ""});
  function("SampledModule", SampledModule{1, 0x400000, 0x480000, 0x400000, 1, "\x01\x02\xff", "/bin/app"});
  function("Sample", Sample{1306, 4242, 1, 1'000'000, 3});
  function("PageFault", PageFault{1307, 4243, 0x602008, 2});
  function("CounterTotal", CounterTotal{1308, 1, 12'345'678, 20'000'000, 10'000'000, 1});
  function("SamplesLost", SamplesLost{1309, 17});
}

}  // namespace memline::testing
