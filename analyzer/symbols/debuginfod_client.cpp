#include "symbols/debuginfod_client.h"

#include <dlfcn.h>
#include <unistd.h>

#include <cstdlib>

namespace memline::symbols {
namespace {

struct Library {
  using Begin = void* (*)();
  using End = void (*)(void*);
  using Find = int (*)(void*, const unsigned char*, int, char**);

  Begin begin = nullptr;
  End end = nullptr;
  Find find = nullptr;

  Library() {
    void* handle = ::dlopen("libdebuginfod.so.1", RTLD_NOW | RTLD_LOCAL);
    if (handle == nullptr) return;
    begin = reinterpret_cast<Begin>(::dlsym(handle, "debuginfod_begin"));
    end = reinterpret_cast<End>(::dlsym(handle, "debuginfod_end"));
    find = reinterpret_cast<Find>(::dlsym(handle, "debuginfod_find_debuginfo"));
  }
  bool complete() const { return begin != nullptr && end != nullptr && find != nullptr; }
};

}  // namespace

std::string DebuginfodClient::find_debug_info(const std::string& build_id, const std::string& urls) {
  static const Library library;
  if (!library.complete()) return {};
  if (!urls.empty()) ::setenv("DEBUGINFOD_URLS", urls.c_str(), 1);
  // The library's own default is 90 seconds without progress for each file.
  ::setenv("DEBUGINFOD_TIMEOUT", "15", 0);
  void* client = library.begin();
  if (client == nullptr) return {};
  char* path = nullptr;
  const int descriptor = library.find(client, reinterpret_cast<const unsigned char*>(build_id.data()),
                                      static_cast<int>(build_id.size()), &path);
  if (descriptor >= 0) ::close(descriptor);
  std::string found = descriptor >= 0 && path != nullptr ? path : "";
  std::free(path);
  library.end(client);
  return found;
}

}  // namespace memline::symbols
