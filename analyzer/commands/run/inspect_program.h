/// \file inspect_program(): whether a program can be recorded through LD_PRELOAD, read from its file before or after it
/// ran. Trusts nothing in the file. Looks through `#!` lines to the interpreter, which is what really runs.
#pragma once

#include <string>

namespace memline::commands {

enum class Obstacle {
  kNone,
  kNotFound,
  kNotExecutable,    ///< no permission, a folder, or no program at all
  kOtherMachine,     ///< 32-bit, or for another processor
  kStatic,           ///< no dynamic loader
  kOtherLibc,        ///< musl's loader
  kPrivileged,       ///< setuid, setgid or file capabilities: the loader drops LD_PRELOAD
  kSanitizer,        ///< an allocator of its own, inside the sanitizer's runtime
  kRefusesPreloads,  ///< the same, and the runtime ends the program where a library is loaded before it
  kOwnMalloc,        ///< the program itself defines malloc
};

struct Inspection {
  Obstacle obstacle = Obstacle::kNone;
  std::string path;    ///< of the file that is executed in the end
  std::string reason;  ///< for people: "it is statically linked, so ..."; empty for kNone
};

/// `program` as given on a command line: with a slash it is a path, else it is sought in `search_path` (PATH).
Inspection inspect_program(const std::string& program, const std::string& search_path);

/// The file that `program` names, or "" if there is none that can be executed.
std::string find_program(const std::string& program, const std::string& search_path);

}  // namespace memline::commands
