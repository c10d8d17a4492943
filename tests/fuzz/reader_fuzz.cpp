// Any bytes as a trace file, read by the commands themselves: header, lanes, images, marks, pools, modules, a forked
// child's parent, tables and JSON. Each ends with one of the documented exit codes, and prints no control character.
//
// An input is one byte that chooses the command, then a trace as in packed_trace.h.
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <initializer_list>
#include <new>
#include <sstream>
#include <string>

#include "commands/command.h"
#include "packed_trace.h"

namespace {

using namespace memline;  // NOLINT(google-build-using-namespace): a program of one file

/// The name of the input, the same each time: so a trace can name itself as its parent's.
constexpr int kDescriptor = 100;
constexpr char kPath[] = "/proc/self/fd/100";

const std::initializer_list<commands::Arguments> kCommands = {
    {"summary", kPath},
    {"summary", kPath, "--format", "json"},
    {"report", kPath},
    {"report", kPath, "--format", "json", "--func", "*"},
    {"report", kPath, "--format", "csv", "--span", "s"},
    {"top", kPath},
    {"top", kPath, "--format", "json", "--image", "1"},
    {"heap", kPath, "--at", "peak", "--by", "line"},
    {"heap", kPath, "--at", "end", "--by", "thread", "--format", "json"},
    {"heap", kPath, "--at", "mark:m", "--by", "module"},
    {"heap", kPath, "--at", "0.5s", "--by", "size"},
    {"dump", kPath},
    {"heap", kPath, "--by", "type"},
    {"heap", kPath, "--addr", "0x602100"},
    {"heap", kPath, "--asked", "--format", "json"},
    {"top", kPath, "--by", "counter", "--inclusive"},
    {"report", kPath, "--touched"},
    {"report", kPath, "--touched", "--format", "json"},
    {"regions", kPath},
    {"regions", kPath, "--format", "json", "--region-func", "*"},
    {"summary", kPath, "--ledger"},
    {"peak", kPath, "--func", "*"},
    {"plot", kPath},
    {"plot", kPath, "--format", "json"},
};

void write_file(std::span<const std::byte> bytes) {
  static const bool opened = [] {
    const int descriptor = ::memfd_create("trace", 0);
    return descriptor >= 0 && ::dup2(descriptor, kDescriptor) == kDescriptor;
  }();
  const auto size = static_cast<off_t>(bytes.size());
  if (!opened || ::ftruncate(kDescriptor, 0) != 0 || ::ftruncate(kDescriptor, size) != 0) std::abort();
  if (!bytes.empty() && ::pwrite(kDescriptor, bytes.data(), bytes.size(), 0) != size) std::abort();
}

/// Only line ends and tabs of our own: whatever names a trace holds, a terminal is not told to do anything.
bool is_harmless(const std::string& text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const bool ends_csv_line = byte == '\r' && i + 1 < text.size() && text[i + 1] == '\n';
    if ((byte < 0x20 && byte != '\n' && byte != '\t' && !ends_csv_line) || byte == 0x7f) return false;
  }
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  write_file(fuzz::unpack_trace({reinterpret_cast<const std::byte*>(data + 1), size - 1}));
  std::ostringstream out;
  std::ostringstream err;
  const commands::Arguments& arguments = kCommands.begin()[data[0] % kCommands.size()];
  const int code = commands::dispatch(arguments, {out, err, commands::Terminal{}});
  if (code != 0 && code != 1 && code != 3) std::abort();
  if (!is_harmless(out.str()) || !is_harmless(err.str())) std::abort();
  if (code != 0 && err.str().empty()) std::abort();
  return 0;
}
