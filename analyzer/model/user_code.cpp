#include "model/user_code.h"

#include <algorithm>
#include <array>

#include "model/path_pattern.h"
#include "symbols/name_match.h"

namespace memline::model {
namespace {

/// Source files that come with compilers, systems and package managers.
constexpr std::array<std::string_view, 15> kForeignFiles = {
    "*/memline/marker.h",
    "/usr/include/*",
    "/usr/local/include/*",
    "*/c++/*",
    "*/lib/gcc/*/include/*",
    "*/lib/llvm*/include/*",
    "*/lib/clang/*/include/*",
    "/rustc/*",
    "*/.cargo/registry/*",
    "*/cargo/registry/*",
    "*/_deps/*-src/*",
    "*/vcpkg/*",
    "*/vcpkg_installed/*",
    "*/.conan/*",
    "*/.conan2/*",
};

/// Folders of the system's libraries.
constexpr std::array<std::string_view, 10> kForeignModules = {
    "/lib/*",       "/lib32/*",     "/lib64/*",      "/libx32/*",        "/usr/lib/*",
    "/usr/lib32/*", "/usr/lib64/*", "/usr/libx32/*", "/usr/local/lib/*", "*/libmemline.so",
};

bool any_matches(const std::vector<std::string>& patterns, std::string_view file, std::string_view module) {
  return std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) {
    return path_matches(pattern, file) || path_matches(pattern, module);
  });
}

template <std::size_t N>
bool any_glob_matches(const std::array<std::string_view, N>& patterns, std::string_view path) {
  return std::any_of(patterns.begin(), patterns.end(),
                     [&](std::string_view pattern) { return symbols::glob_match(pattern, path); });
}

template <std::size_t N>
std::string joined(const std::array<std::string_view, N>& patterns) {
  std::string text;
  for (const std::string_view pattern : patterns) {
    if (!text.empty()) text += ' ';
    text += pattern;
  }
  return text;
}

bool is_start_up(std::string_view function) {
  return function == "_start" || function == "_init" || function == "_fini" || function == "frame_dummy" ||
         function == "call_init" || function == "_dl_start_user" || function.starts_with("__libc_start_") ||
         function.starts_with("__libc_csu_");
}

}  // namespace

OwnRules::OwnRules(std::vector<std::string> own, std::vector<std::string> not_own)
    : own_(std::move(own)), not_own_(std::move(not_own)) {}

bool OwnRules::is_own(std::string_view file, std::string_view module, bool main_executable) const {
  if (any_matches(not_own_, file, module)) return false;
  if (any_matches(own_, file, module)) return true;
  if (any_glob_matches(kForeignFiles, file)) return false;
  return main_executable || !any_glob_matches(kForeignModules, module);
}

std::vector<std::string> OwnRules::describe() const {
  std::vector<std::string> lines;
  for (const std::string& pattern : not_own_) lines.push_back("not own (--not-own): " + pattern);
  for (const std::string& pattern : own_) lines.push_back("own (--own): " + pattern);
  lines.emplace_back("not own: frames without a line");
  lines.push_back("not own: source files " + joined(kForeignFiles));
  lines.push_back("not own: modules " + joined(kForeignModules) + ", unless it is the main executable");
  lines.emplace_back("own: everything else");
  return lines;
}

bool UserLines::is_own(FileId file, ModuleId module) {
  const std::size_t row = module.none() ? 0 : module.index() + 1;
  if (own_by_module_.size() <= row) own_by_module_.resize(row + 1);
  std::vector<Known>& known = own_by_module_[row];
  if (known.size() <= file.index()) known.resize(file.index() + 1, Known::kNotYet);
  Known& answer = known[file.index()];
  if (answer == Known::kNotYet) {
    bool own = false;
    if (module.none()) {
      own = rules_.is_own(frames_.file(file), "", false);
    } else {
      const symbols::ModuleFile& file_of_module = frames_.module_file(module);
      own = rules_.is_own(frames_.file(file), file_of_module.path, file_of_module.main_executable);
    }
    answer = own ? Known::kYes : Known::kNo;
  }
  return answer == Known::kYes;
}

bool UserLines::reports_pool(const symbols::Frame& frame) const {
  return !frame.function.none() && !frame.file.none() && frames_.file(frame.file).ends_with("/memline/marker.h") &&
         frames_.function(frame.function).name.starts_with("memline_pool_");
}

std::optional<UserLine> UserLines::find(NodeId stack) {
  std::optional<UserLine> innermost, in_program, in_pool;
  bool from_pool = false;
  bool inside_main = true;  // what calls main is start-up code, whatever its name
  for (NodeId node = stack; !node.none(); node = frames_.parent(node)) {
    const std::span<const symbols::Frame> frames = frames_.frames(node);
    const ModuleId module = frames_.module(node);
    for (std::size_t depth = 0; depth < frames.size(); ++depth) {
      const symbols::Frame& frame = frames[depth];
      if (!innermost && reports_pool(frame)) from_pool = true;
      if (is_own_line(frame, module)) {
        const UserLine own{node, depth, frame, module, true};
        if (!from_pool) return own;
        // The pool's own function: its caller is charged, if there is one.
        from_pool = false;
        in_pool = own;
        continue;
      }
      if (!innermost) innermost = UserLine{node, depth, frame, module, false};
      if (in_program || !inside_main || module.none() || !frames_.module_file(module).main_executable) continue;
      const std::string_view name =
          frame.function.none() ? "" : std::string_view{frames_.function(frame.function).name};
      if (!is_start_up(name)) in_program = UserLine{node, depth, frame, module, false};
      if (name == "main") inside_main = false;
    }
  }
  if (in_pool) return in_pool;
  return in_program ? in_program : innermost;
}

}  // namespace memline::model
