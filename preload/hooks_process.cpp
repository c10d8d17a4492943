// The hooks of functions that end the process, replace its program or close a library.
#include <cstdarg>

#include "hook_support.h"
#include "sys.h"

namespace memline::capture {
namespace {

bool is_recording() noexcept {
  return state() == State::kRecording || state() == State::kPaused;
}

/// Exec ends the recorded program, but not where a vfork child does it: that shares our memory, and is another process.
template <class Function>
[[gnu::always_inline]] inline int replace_program(const Site& site, const char* path,
                                                  const Function& function) noexcept {
  // Constructors that run before ours may come here first.
  if (real.execve == nullptr && session.ensure_started() == State::kUnknown) return static_cast<int>(as_libc(-ENOSYS));
  const bool recorded = is_recording() && session.is_own_process();
  if (recorded) {
    record_exec(site, path);
  } else if (is_recording()) {
    record_child_exec(site, path);
  }
  const int result = function();
  if (recorded) record_exec_failed(site);
  return result;
}

template <class Function>
[[gnu::always_inline]] inline int spawn_child(const Site& site, const char* path, const Function& function) noexcept {
  session.ensure_started();
  if (real.posix_spawn == nullptr) return ENOSYS;  // constructors that run before ours
  const int error = function();
  if (error == 0 && is_recording()) record_child_exec(site, path);
  return error;
}

[[gnu::always_inline]] inline void end_process(const Site& site, int status) noexcept {
  session.ensure_started();  // a forked child may not have come to an event before
  if (session.has_trace() && session.is_own_process()) record_exit(site, trace::ExitKind::kExit, status);
}

[[noreturn]] void leave(int status) noexcept {
  for (;;) sys::call(SYS_exit_group, status);
}

/// The arguments of an execl, up to and including the NULL, as an array. `rest` has been started after `first`.
#define MEMLINE_GATHER(first, rest, out)                                                  \
  va_list counted;                                                                        \
  va_copy(counted, rest);                                                                 \
  std::size_t count = 1;                                                                  \
  for (const char* at = first; at != nullptr; at = va_arg(counted, const char*)) ++count; \
  va_end(counted);                                                                        \
  auto** const out = static_cast<char**>(__builtin_alloca(count * sizeof(char*)));        \
  out[0] = const_cast<char*>(first);                                                      \
  for (std::size_t i = 1; i < count; ++i) out[i] = va_arg(rest, char*)

}  // namespace

MEMLINE_HOOK(int, execve, const char* path, char* const* arguments, char* const* environment) {
  const Site site = MEMLINE_CALLER;
  return replace_program(site, path, [&] { return real.execve(path, arguments, environment); });
}

MEMLINE_HOOK(int, execv, const char* path, char* const* arguments) {
  const Site site = MEMLINE_CALLER;
  return replace_program(site, path, [&] { return real.execv(path, arguments); });
}

MEMLINE_HOOK(int, execvp, const char* file, char* const* arguments) {
  const Site site = MEMLINE_CALLER;
  return replace_program(site, file, [&] { return real.execvp(file, arguments); });
}

MEMLINE_HOOK(int, execvpe, const char* file, char* const* arguments, char* const* environment) {
  const Site site = MEMLINE_CALLER;
  return replace_program(site, file, [&] { return real.execvpe(file, arguments, environment); });
}

MEMLINE_HOOK(int, execl, const char* path, const char* argument, ...) {
  const Site site = MEMLINE_CALLER;
  va_list rest;
  va_start(rest, argument);
  MEMLINE_GATHER(argument, rest, arguments);
  va_end(rest);
  return replace_program(site, path, [&] { return real.execv(path, arguments); });
}

MEMLINE_HOOK(int, execlp, const char* file, const char* argument, ...) {
  const Site site = MEMLINE_CALLER;
  va_list rest;
  va_start(rest, argument);
  MEMLINE_GATHER(argument, rest, arguments);
  va_end(rest);
  return replace_program(site, file, [&] { return real.execvp(file, arguments); });
}

MEMLINE_HOOK(int, execle, const char* path, const char* argument, ...) {
  const Site site = MEMLINE_CALLER;
  va_list rest;
  va_start(rest, argument);
  MEMLINE_GATHER(argument, rest, arguments);
  auto* const* const environment = va_arg(rest, char* const*);
  va_end(rest);
  return replace_program(site, path, [&] { return real.execve(path, arguments, environment); });
}

MEMLINE_HOOK(int, fexecve, int fd, char* const* arguments, char* const* environment) {
  const Site site = MEMLINE_CALLER;
  return replace_program(site, "", [&] { return real.fexecve(fd, arguments, environment); });
}

MEMLINE_HOOK(int, execveat, int folder, const char* path, char* const* arguments, char* const* environment, int flags) {
  const Site site = MEMLINE_CALLER;
  return replace_program(site, path, [&] { return real.execveat(folder, path, arguments, environment, flags); });
}

MEMLINE_HOOK(int, posix_spawn, pid_t* pid, const char* path, const posix_spawn_file_actions_t* actions,
             const posix_spawnattr_t* attributes, char* const* arguments, char* const* environment) {
  const Site site = MEMLINE_CALLER;
  return spawn_child(site, path,
                     [&] { return real.posix_spawn(pid, path, actions, attributes, arguments, environment); });
}

MEMLINE_HOOK(int, posix_spawnp, pid_t* pid, const char* file, const posix_spawn_file_actions_t* actions,
             const posix_spawnattr_t* attributes, char* const* arguments, char* const* environment) {
  const Site site = MEMLINE_CALLER;
  return spawn_child(site, file,
                     [&] { return real.posix_spawnp(pid, file, actions, attributes, arguments, environment); });
}

MEMLINE_HOOK(void, _exit, int status) {
  end_process(MEMLINE_CALLER, status);
  if (real._exit != nullptr) real._exit(status);
  leave(status);
}

MEMLINE_HOOK(void, _Exit, int status) {
  end_process(MEMLINE_CALLER, status);
  if (real._Exit != nullptr) real._Exit(status);
  leave(status);
}

MEMLINE_HOOK(void, quick_exit, int status) {
  end_process(MEMLINE_CALLER, status);
  if (real.quick_exit != nullptr) real.quick_exit(status);
  leave(status);
}

MEMLINE_HOOK(int, dlclose, void* library) {
  session.ensure_started();
  // Before: what runs from here on may still be cached. After: what was cached meanwhile is gone.
  session.modules_changed();
  const int result = real.dlclose(library);
  session.modules_changed();
  return result;
}

}  // namespace memline::capture
