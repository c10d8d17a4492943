#include "commands/run/inspect_program.h"

#include <elf.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <string_view>
#include <utility>

#include "commands/run/elf_program.h"

namespace memline::commands {
namespace {

#if defined(__x86_64__)
constexpr unsigned kOurMachine = EM_X86_64;
constexpr std::string_view kOurMachineName = "x86-64";
#elif defined(__aarch64__)
constexpr unsigned kOurMachine = EM_AARCH64;
constexpr std::string_view kOurMachineName = "AArch64";
#else
#error "name the machine of this build here"
#endif

/// As the kernel: a script may name a script, but not without end.
constexpr int kMostInterpreters = 4;

/// A whole file, mapped for reading.
class MappedFile {
 public:
  explicit MappedFile(const std::string& path) {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return;
    struct stat status {};
    if (::fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0) {
      const auto size = static_cast<std::size_t>(status.st_size);
      void* const address = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0);
      if (address != MAP_FAILED) bytes_ = {static_cast<const char*>(address), size};
    }
    ::close(fd);
  }
  ~MappedFile() {
    if (!bytes_.empty()) ::munmap(const_cast<char*>(bytes_.data()), bytes_.size());
  }
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  std::string_view bytes() const { return bytes_; }

 private:
  std::string_view bytes_;
};

bool is_executable_file(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) && ::access(path.c_str(), X_OK) == 0;
}

/// Why the loader would run the file in its secure mode; "" if it would not.
std::string privilege_of(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return {};
  if ((status.st_mode & S_ISUID) != 0 && status.st_uid != ::getuid()) return "setuid";
  if ((status.st_mode & S_ISGID) != 0 && (status.st_mode & S_IXGRP) != 0 && status.st_gid != ::getgid()) {
    return "setgid";
  }
  if (::getuid() != 0 && ::getxattr(path.c_str(), "security.capability", nullptr, 0) > 0) return "given capabilities";
  return {};
}

/// The interpreter in the first line of a script, and its first argument.
struct ScriptLine {
  std::string interpreter, argument;
};
ScriptLine read_script_line(std::string_view bytes) {
  std::string_view line = bytes.substr(2, bytes.find('\n') == std::string_view::npos ? 254 : bytes.find('\n') - 2);
  const auto next_word = [&line] {
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    const std::string_view word = line.substr(0, line.find_first_of(" \t\r"));
    line.remove_prefix(word.size());
    return std::string(word);
  };
  ScriptLine script;
  script.interpreter = next_word();
  script.argument = next_word();
  return script;
}

Inspection judge_elf(const std::string& path, const ElfProgram& program) {
  if (!program.is_64_bit || program.machine != kOurMachine) {
    return {Obstacle::kOtherMachine, path,
            fmt::format("it is a {} program, and libmemline.so is made for {}",
                        program.machine == EM_386 || !program.is_64_bit ? "32-bit" : "foreign", kOurMachineName)};
  }
  if (program.interpreter.empty()) {
    return {Obstacle::kStatic, path, "it is statically linked, so there is no loader that could preload libmemline.so"};
  }
  const std::string privilege = privilege_of(path);
  if (!privilege.empty()) {
    return {Obstacle::kPrivileged, path,
            fmt::format("it is {}, and the loader ignores LD_PRELOAD for such programs; profile a copy without it",
                        privilege)};
  }
  if (program.interpreter.find("ld-musl") != std::string::npos) {
    return {Obstacle::kOtherLibc, path, "it is linked with musl, and libmemline.so with glibc"};
  }
  if (!program.sanitizer.empty()) {
    // AddressSanitizer as a library must come first of all; linked in statically, as clang does, it does not care.
    const bool refuses = std::ranges::any_of(program.libraries, [](const std::string& library) {
      return library.starts_with("libasan.") || library.starts_with("libclang_rt.asan");
    });
    return {refuses ? Obstacle::kRefusesPreloads : Obstacle::kSanitizer, path,
            fmt::format("it is built with {}, which brings its own malloc; build it without -fsanitize",
                        program.sanitizer)};
  }
  if (program.defines_malloc) {
    return {Obstacle::kOwnMalloc, path,
            "it defines malloc itself, so its heap never reaches libmemline.so; link it with a shared allocator, or "
            "report its blocks through <memline/marker.h>"};
  }
  return {Obstacle::kNone, path, {}};
}

}  // namespace

std::string find_program(const std::string& program, const std::string& search_path) {
  if (program.find('/') != std::string::npos) return is_executable_file(program) ? program : std::string();
  std::string_view rest = search_path;
  while (true) {
    const std::size_t colon = rest.find(':');
    const std::string_view folder = rest.substr(0, colon);
    const std::string candidate = folder.empty() ? program : std::string(folder) + '/' + program;
    if (!program.empty() && is_executable_file(candidate)) return candidate;
    if (colon == std::string_view::npos) return {};
    rest.remove_prefix(colon + 1);
  }
}

Inspection inspect_program(const std::string& program, const std::string& search_path) {
  std::string path = find_program(program, search_path);
  if (path.empty()) {
    if (program.find('/') != std::string::npos && ::access(program.c_str(), F_OK) == 0) {
      return {Obstacle::kNotExecutable, program, "it is not an executable file"};
    }
    return {Obstacle::kNotFound, program, "it was not found"};
  }
  for (int depth = 0; depth < kMostInterpreters; ++depth) {
    const MappedFile file(path);
    if (const auto elf = ElfProgram::parse(file.bytes())) return judge_elf(path, *elf);
    if (!file.bytes().starts_with("#!")) break;
    const ScriptLine script = read_script_line(file.bytes());
    const bool is_env = script.interpreter.ends_with("/env") && !script.argument.starts_with('-');
    std::string next = find_program(is_env ? script.argument : script.interpreter, search_path);
    if (next.empty()) {
      return {Obstacle::kNotFound, script.interpreter,
              fmt::format("it is the interpreter of {} and was not found", path)};
    }
    path = std::move(next);
  }
  // unreadable, or text that execvp hands to the shell: nothing is known against it
  return {Obstacle::kNone, path, {}};
}

}  // namespace memline::commands
