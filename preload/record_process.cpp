#include "record_event.h"
#include "sys.h"

namespace memline::capture {
namespace {

std::atomic_ref<std::uint32_t> exit_kind() noexcept {
  return std::atomic_ref(session.space.header().exit_kind);
}

}  // namespace

void record_exec(const Site& site, const char* path) noexcept {
  look_now(site, trace::LookReason::kExec, true);
  const std::uint64_t time = session.clock.now();
  const std::string_view name = path == nullptr ? std::string_view{} : std::string_view(path);
  record_event(site, 0, [&](Lane&) { return trace::Exec{time, cut_text(name, trace::kMaxTextBytes)}; });
  exit_kind().store(static_cast<std::uint32_t>(trace::ExitKind::kExec));
  session.space.trim();
}

void record_exec_failed(const Site& site) noexcept {
  const std::uint64_t time = session.clock.now();
  record_event(site, 0, [&](Lane&) { return trace::ExecFailed{time}; });
  exit_kind().store(static_cast<std::uint32_t>(trace::ExitKind::kUnknown));
}

void record_child_exec(const Site& site, const char* path) noexcept {
  const std::uint64_t time = session.clock.now();
  const std::string_view name = path == nullptr ? std::string_view{} : std::string_view(path);
  const LaneUse use(site.sp - 16);
  trace::ChildExec record{time, cut_text(name, trace::kMaxTextBytes)};
  if (use.get() != nullptr) use.get()->write(record);
}

void record_exit(const Site& site, trace::ExitKind kind, int code) noexcept {
  if (state() != State::kStopped) look_now(site, trace::LookReason::kExit, true);
  const std::uint64_t now = session.system_calls_allowed() ? sys::monotonic_ns() : 0;
  const std::uint64_t time = session.clock.now();
  if (state() != State::kStopped) {
    record_event(site, 0, [&](Lane&) { return trace::Exit{time, now, kind, code}; });
    const LaneUse use(site.sp - 16);
    if (use.get() != nullptr) use.get()->close_block();
  }
  trace::TraceHeader& header = session.space.header();
  header.exit_code = code;
  header.exit_monotonic_ns = now;
  exit_kind().store(static_cast<std::uint32_t>(kind));
  session.space.trim();
}

}  // namespace memline::capture
