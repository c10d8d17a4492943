#include "unwinder/libunwind_walk.h"

#include <dlfcn.h>

namespace memline::capture {

BacktraceFunction load_libunwind() noexcept {
  void* const library = dlopen("libunwind.so.8", RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return nullptr;
  return reinterpret_cast<BacktraceFunction>(dlsym(library, "unw_backtrace"));
}

Unwinder::Walk libunwind_walk(Unwinder& unwinder, BacktraceFunction backtrace, const StartRegisters& start,
                              void** buffer, std::size_t capacity) noexcept {
  const int found = backtrace(buffer, static_cast<int>(capacity));
  const std::size_t count = found > 0 ? static_cast<std::size_t>(found) : 0;
  const StackEnd end = count == capacity ? StackEnd::kDepthLimit : StackEnd::kRoot;
  for (std::size_t i = 0; i < count; ++i) {
    if (reinterpret_cast<std::uint64_t>(buffer[i]) == start.pc) return unwinder.adopt(buffer + i, count - i, end);
  }
  // Our own frames hid the caller: the caller alone is certain.
  const void* const caller = reinterpret_cast<const void*>(start.pc);
  return unwinder.adopt(&caller, 1, StackEnd::kNoUnwindInfo);
}

}  // namespace memline::capture
