#include "trace/record_text.h"

#include <fmt/format.h>

#include <iterator>
#include <span>
#include <string_view>

#include "base/escape.h"

namespace memline::trace {
namespace {

/// Builds "Name key=value key=value".
class Line {
 public:
  explicit Line(std::string_view name) : text_(name) {}

  Line& hex(std::string_view key, std::uint64_t value) { return raw(key, fmt::format("{:#x}", value)); }
  Line& number(std::string_view key, std::uint64_t value) { return raw(key, fmt::format("{}", value)); }
  Line& signed_number(std::string_view key, std::int64_t value) { return raw(key, fmt::format("{}", value)); }
  Line& text(std::string_view key, std::string_view value) { return raw(key, '"' + escape_control(value) + '"'); }
  Line& bytes(std::string_view key, std::string_view value) {
    std::string digits;
    for (const char c : value) fmt::format_to(std::back_inserter(digits), "{:02x}", static_cast<unsigned char>(c));
    return raw(key, digits);
  }
  /// The name with this number, or the number.
  Line& name(std::string_view key, std::uint64_t value, std::span<const std::string_view> names) {
    return value < names.size() ? raw(key, std::string(names[value])) : number(key, value);
  }
  Line& raw(std::string_view key, const std::string& value) {
    text_ += ' ';
    text_ += key;
    text_ += '=';
    text_ += value;
    return *this;
  }
  std::string str() { return std::move(text_); }

 private:
  std::string text_;
};

constexpr std::string_view kOrigins[] = {"malloc", "calloc", "aligned", "realloc"};
constexpr std::string_view kStackEndNames[] = {"root", "depth-limit", "no-unwind-info", "bad-memory", "copy-end"};
constexpr std::string_view kMapKinds[] = {"private-anonymous", "shared-anonymous", "private-file", "shared-file"};
constexpr std::string_view kLockKinds[] = {"lock", "unlock", "lock-all", "unlock-all"};
constexpr std::string_view kLookReasons[] = {"growth", "release", "mark", "exit", "exec", "tick", "fork"};
constexpr std::string_view kRegionKinds[] = {"private", "shared", "stack", "profiler"};
constexpr std::string_view kCounterUnits[] = {"events", "ns"};
constexpr std::string_view kSamplings[] = {"every", "frequency"};
constexpr std::string_view kExitKinds[] = {"unknown", "exit", "signal", "exec"};

template <class Enum>
std::uint64_t number_of(Enum value) {
  return static_cast<std::uint64_t>(value);
}

}  // namespace

std::string record_text(const ImageStart& r) {
  return Line("ImageStart")
      .number("ticks", r.ticks)
      .number("monotonic_ns", r.monotonic_ns)
      .number("realtime_ns", r.realtime_ns)
      .number("pid", r.pid)
      .number("parent_pid", r.parent_pid)
      .number("page_bytes", r.page_bytes)
      .number("time_shift", r.time_shift)
      .number("ticks_are_ns", r.ticks_are_ns)
      .number("weight", r.weight)
      .number("free_stacks", r.free_stacks)
      .number("paused", r.paused)
      .number("max_frames", r.max_frames)
      .text("executable", r.executable)
      .text("command_line", r.command_line)
      .text("working_dir", r.working_dir)
      .text("host", r.host)
      .text("allocator", r.allocator)
      .text("unwinder", r.unwinder)
      .str();
}

std::string record_text(const Thread& r) {
  return Line("Thread").number("thread", r.thread).number("tid", r.tid).text("name", r.name).str();
}
std::string record_text(const ThreadEnd& /*record*/) {
  return Line("ThreadEnd").str();
}

std::string record_text(const Module& r) {
  return Line("Module")
      .number("module", r.module)
      .number("generation", r.generation)
      .hex("begin", r.begin)
      .hex("end", r.end)
      .hex("bias", r.bias)
      .number("main_executable", r.main_executable)
      .bytes("build_id", r.build_id)
      .text("path", r.path)
      .str();
}

std::string record_text(const Stack& r, const ModuleName& module_name) {
  Line line("Stack");
  line.number("first_id", r.first_id).number("parent", r.parent);
  if (r.parent == 0) line.name("end", number_of(r.end), kStackEndNames);
  std::string frames;
  for (std::uint32_t i = 0; i < r.count && i < r.frames.size(); ++i) {
    const FrameRef& frame = r.frames[i];
    if (i != 0) frames += ' ';
    if (frame.module != 0) frames += module_name(frame.module) + '+';
    frames += fmt::format("{:#x}{}", frame.offset, frame.exact ? "(exact)" : "");
  }
  return line.raw("frames", '[' + frames + ']').str();
}

std::string record_text(const NamedFrame& r) {
  return Line("NamedFrame")
      .number("id", r.id)
      .number("parent", r.parent)
      .number("line", r.line)
      .text("file", r.file)
      .text("function", r.function)
      .str();
}

std::string record_text(const Acquire& r) {
  return Line("Acquire")
      .hex("address", r.address)
      .number("size", r.size_bytes)
      .name("origin", number_of(r.origin), kOrigins)
      .number("stack", r.stack)
      .str();
}
std::string record_text(const AcquireUsable& r) {
  return Line("AcquireUsable")
      .hex("address", r.address)
      .number("size", r.size_bytes)
      .number("usable", r.usable_bytes)
      .name("origin", number_of(r.origin), kOrigins)
      .number("stack", r.stack)
      .str();
}
std::string record_text(const Release& r) {
  return Line("Release").hex("address", r.address).number("stack", r.stack).str();
}
std::string record_text(const MoveBegin& r) {
  return Line("MoveBegin").hex("address", r.address).str();
}
std::string record_text(const MoveEnd& r) {
  return Line("MoveEnd")
      .hex("old_address", r.old_address)
      .hex("address", r.address)
      .number("size", r.size_bytes)
      .number("stack", r.stack)
      .str();
}

std::string record_text(const Map& r) {
  return Line("Map")
      .hex("address", r.address)
      .number("length", r.length_bytes)
      .hex("protection", r.protection)
      .hex("flags", r.flags)
      .name("kind", number_of(r.kind), kMapKinds)
      .number("stack", r.stack)
      .str();
}
std::string record_text(const Unmap& r) {
  return Line("Unmap").hex("address", r.address).number("length", r.length_bytes).number("stack", r.stack).str();
}
std::string record_text(const UnmapFailed& r) {
  return Line("UnmapFailed").hex("address", r.address).number("length", r.length_bytes).str();
}
std::string record_text(const RemapBegin& r) {
  return Line("RemapBegin").hex("address", r.address).number("length", r.length_bytes).str();
}
std::string record_text(const RemapEnd& r) {
  return Line("RemapEnd")
      .hex("old_address", r.old_address)
      .number("old_length", r.old_length_bytes)
      .hex("address", r.address)
      .number("length", r.length_bytes)
      .hex("flags", r.flags)
      .number("stack", r.stack)
      .str();
}
std::string record_text(const Protect& r) {
  return Line("Protect")
      .hex("address", r.address)
      .number("length", r.length_bytes)
      .hex("protection", r.protection)
      .number("stack", r.stack)
      .str();
}
std::string record_text(const Advise& r) {
  return Line("Advise")
      .hex("address", r.address)
      .number("length", r.length_bytes)
      .number("advice", r.advice)
      .number("stack", r.stack)
      .str();
}
std::string record_text(const Lock& r) {
  return Line("Lock")
      .hex("address", r.address)
      .number("length", r.length_bytes)
      .name("kind", number_of(r.kind), kLockKinds)
      .number("stack", r.stack)
      .str();
}
std::string record_text(const Break& r) {
  return Line("Break").hex("old_break", r.old_break).hex("new_break", r.new_break).number("stack", r.stack).str();
}

std::string record_text(const Tick& r) {
  return Line("Tick").number("monotonic_ns", r.monotonic_ns).number("rss_pages", r.rss_pages).str();
}
std::string record_text(const Clock& r) {
  return Line("Clock").number("monotonic_ns", r.monotonic_ns).str();
}
std::string record_text(const Mark& r) {
  Line line("Mark");
  line.text("name", r.name);
  if (r.has_value != 0) line.raw("value", fmt::format("{}", r.value));
  return line.str();
}

std::string record_text(const SpanBegin& r) {
  return Line("SpanBegin").number("token", r.token).number("parent", r.parent).text("name", r.name).str();
}
std::string record_text(const SpanEnd& r) {
  return Line("SpanEnd").number("token", r.token).str();
}
std::string record_text(const SpanAttach& r) {
  return Line("SpanAttach").number("token", r.token).str();
}
std::string record_text(const SpanDetach& r) {
  return Line("SpanDetach").number("token", r.token).str();
}
std::string record_text(const Recording& r) {
  return Line("Recording").number("on", r.on).str();
}

std::string record_text(const PoolCreate& r) {
  return Line("PoolCreate").number("pool", r.pool).text("name", r.name).str();
}
std::string record_text(const PoolBacking& r) {
  return Line("PoolBacking")
      .number("pool", r.pool)
      .hex("address", r.address)
      .number("length", r.length_bytes)
      .number("stack", r.stack)
      .str();
}
std::string record_text(const PoolAcquire& r) {
  return Line("PoolAcquire")
      .number("pool", r.pool)
      .hex("address", r.address)
      .number("size", r.size_bytes)
      .number("stack", r.stack)
      .str();
}
std::string record_text(const PoolRealloc& r) {
  return Line("PoolRealloc")
      .number("pool", r.pool)
      .hex("old_address", r.old_address)
      .hex("address", r.address)
      .number("size", r.size_bytes)
      .number("stack", r.stack)
      .str();
}
std::string record_text(const PoolRelease& r) {
  return Line("PoolRelease").number("pool", r.pool).hex("address", r.address).number("stack", r.stack).str();
}
std::string record_text(const PoolReset& r) {
  return Line("PoolReset").number("pool", r.pool).number("stack", r.stack).str();
}
std::string record_text(const PoolDestroy& r) {
  return Line("PoolDestroy").number("pool", r.pool).number("stack", r.stack).str();
}

std::string record_text(const ForkedFrom& r) {
  return Line("ForkedFrom")
      .number("parent_pid", r.parent_pid)
      .number("parent_image", r.parent_image)
      .bytes("parent_trace_id", r.parent_trace_id)
      .text("parent_path", r.parent_path)
      .str();
}
std::string record_text(const ForkPosition& r) {
  return Line("ForkPosition")
      .number("lane", r.lane)
      .number("sequence", r.sequence)
      .number("payload_bytes", r.payload_bytes)
      .str();
}
std::string record_text(const Exec& r) {
  return Line("Exec").text("path", r.path).str();
}
std::string record_text(const ExecFailed& /*record*/) {
  return Line("ExecFailed").str();
}
std::string record_text(const ChildExec& r) {
  return Line("ChildExec").text("path", r.path).str();
}
std::string record_text(const Exit& r) {
  return Line("Exit")
      .number("monotonic_ns", r.monotonic_ns)
      .name("kind", number_of(r.kind), kExitKinds)
      .signed_number("code", r.code)
      .str();
}

std::string record_text(const ResidentLook& r) {
  return Line("ResidentLook")
      .name("reason", number_of(r.reason), kLookReasons)
      .number("rss_pages", r.rss_pages)
      .number("page_tables", r.page_table_bytes)
      .number("swapped", r.swapped_bytes)
      .str();
}
std::string record_text(const ResidentRegion& r) {
  return Line("ResidentRegion")
      .name("kind", number_of(r.kind), kRegionKinds)
      .hex("begin", r.begin)
      .number("length", r.length_bytes)
      .number("protection", r.protection)
      .text("name", r.name)
      .str();
}
std::string record_text(const ResidentPages& r) {
  std::string runs;
  for (std::uint32_t i = 0; i < r.count && i < r.runs.size(); ++i) {
    runs += fmt::format("{}+{}:{}", i == 0 ? "" : " ", r.runs[i].gap, r.runs[i].pages);
  }
  return Line("ResidentPages").hex("first_page", r.first_page).raw("runs", '[' + runs + ']').str();
}
std::string record_text(const ResidentEnd& r) {
  return Line("ResidentEnd").number("complete", r.complete).str();
}

std::string record_text(const Counter& r) {
  return Line("Counter")
      .number("counter", r.counter)
      .text("name", r.name)
      .name("unit", number_of(r.unit), kCounterUnits)
      .name("sampling", number_of(r.sampling), kSamplings)
      .number("interval", r.interval)
      .number("user_only", r.user_only)
      .number("asked_for", r.asked_for)
      .number("faults", r.faults)
      .text("refusal", r.refusal)
      .str();
}
std::string record_text(const SampledModule& r) {
  return Line("SampledModule")
      .number("module", r.module)
      .hex("begin", r.begin)
      .hex("end", r.end)
      .hex("bias", r.bias)
      .number("main_executable", r.main_executable)
      .bytes("build_id", r.build_id)
      .text("path", r.path)
      .str();
}
std::string record_text(const Sample& r) {
  return Line("Sample")
      .number("tid", r.tid)
      .number("counter", r.counter)
      .number("value", r.value)
      .number("stack", r.stack)
      .str();
}
std::string record_text(const PageFault& r) {
  return Line("PageFault").number("tid", r.tid).hex("address", r.address).number("stack", r.stack).str();
}
std::string record_text(const CounterTotal& r) {
  return Line("CounterTotal")
      .number("counter", r.counter)
      .number("value", r.value)
      .number("enabled_ns", r.enabled_ns)
      .number("counting_ns", r.counting_ns)
      .number("estimated", r.estimated)
      .str();
}
std::string record_text(const SamplesLost& r) {
  return Line("SamplesLost").number("records", r.records).str();
}

}  // namespace memline::trace
