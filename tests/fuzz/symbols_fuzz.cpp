// Any bytes as a program's file: every address asked for has an answer, every function can be asked for its lines.
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "symbols/symbolizer.h"

namespace {

using namespace memline;  // NOLINT(google-build-using-namespace): a program of one file

/// The programs of the corpus end before it.
constexpr std::uint64_t kMostOffset = 0x800;
constexpr std::uint64_t kStep = 7;

std::string file_of(const std::uint8_t* data, std::size_t size) {
  static const int descriptor = ::memfd_create("program", 0);
  const auto bytes = static_cast<off_t>(size);
  if (descriptor < 0 || ::ftruncate(descriptor, 0) != 0 || ::ftruncate(descriptor, bytes) != 0) std::abort();
  if (size != 0 && ::pwrite(descriptor, data, size, 0) != bytes) std::abort();
  return "/proc/self/fd/" + std::to_string(descriptor);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  symbols::SymbolizerOptions options;
  options.debug_dirs.clear();  // what else lies on this machine is not part of the input
  symbols::Symbolizer symbolizer({symbols::ModuleFile{file_of(data, size), "", true}}, options);
  const std::vector<ModuleId> modules = {ModuleId{0U}};
  for (std::uint64_t offset = 0; offset < kMostOffset; offset += kStep) {
    const std::span<const symbols::Frame> frames = symbolizer.frames(modules[0], offset, true);
    if (frames.empty()) std::abort();
    for (const symbols::TypeHint& hint : symbolizer.call_types(modules[0], offset).hints) {
      if (hint.type.empty()) std::abort();
    }
    for (const symbols::Frame& frame : frames) {
      if ((frame.line != 0) != (frame.why == symbols::NoLine::kNone)) std::abort();
      if (frame.line != 0 && symbolizer.file(frame.file).empty()) std::abort();
    }
  }
  for (const FunctionId id : symbolizer.find_functions(modules, "*")) symbolizer.code_lines(id);
  symbolizer.nearest_names(modules, "ovelroaded", 5);
  return 0;
}
