#include "model/user_code.h"

#include <algorithm>
#include <array>

#include "model/path_pattern.h"
#include "symbols/c_library.h"
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

bool OwnRules::is_never_own(std::string_view module, bool main_executable) const {
  return own_.empty() && !main_executable && any_glob_matches(kForeignModules, module);
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

const UserLines::ModuleKind& UserLines::kind(ModuleId module) {
  const std::size_t row = module.none() ? 0 : module.index() + 1;
  if (kinds_.size() <= row) kinds_.resize(row + 1);
  ModuleKind& kind = kinds_[row];
  if (kind.known) return kind;
  kind.known = true;
  if (module.none()) return kind;
  const symbols::ModuleFile& file = frames_.module_file(module);
  kind.main_executable = file.main_executable;
  kind.never_own = rules_.is_never_own(file.path, file.main_executable);
  kind.c_library = symbols::is_c_library(file);
  return kind;
}

UserLine UserLines::line_at(Place place, bool own) {
  return {place.node, place.depth, frames_.frames(place.node)[place.depth], frames_.module(place.node), own};
}

UserLine UserLines::symbol_at(NodeId node) {
  const std::span<const symbols::Frame> frames = frames_.frames(node);
  UserLine found{node, frames.size() - 1, frames.back(), frames_.module(node), false};
  if (found.module.none()) return found;
  found.frame.file = FileId();
  found.frame.line = 0;
  return found;
}

UserLines::Place UserLines::own_in(NodeId node, std::size_t depth) {
  const ModuleId module = frames_.module(node);
  if (kind(module).never_own) return {};
  const std::span<const symbols::Frame> frames = frames_.frames(node);
  for (; depth < frames.size(); ++depth) {
    if (is_own_line(frames[depth], module)) return {node, static_cast<std::uint32_t>(depth)};
  }
  return {};
}

UserLines::Place UserLines::program_in(NodeId node) {
  const ModuleId module = frames_.module(node);
  if (!kind(module).main_executable) return {};
  const std::span<const symbols::Frame> frames = frames_.frames(node);
  for (std::size_t depth = 0; depth < frames.size(); ++depth) {
    const FunctionId function = frames[depth].function;
    const std::string_view name = function.none() ? "" : std::string_view{frames_.function(function).name};
    if (!is_start_up(name)) return {node, static_cast<std::uint32_t>(depth)};
  }
  return {};
}

const UserLines::Outwards& UserLines::outwards(NodeId stack) {
  if (outwards_.size() <= stack.index()) outwards_.resize(std::max(frames_.node_count(), stack.index() + 1));
  path_.clear();
  Outwards found;
  for (NodeId node = stack; !node.none(); node = frames_.parent(node)) {
    found = outwards_[node.index()];
    if (found.known) break;
    path_.push_back(node);
    found.own = own_in(node, 0);
    if (!found.own.node.none()) break;  // what is farther out does not matter
  }
  found.known = true;
  for (auto inner = path_.rbegin(); inner != path_.rend(); ++inner) {
    if (found.own.node.none()) {
      const Place here = program_in(*inner);
      if (!here.node.none()) found.in_program = here;
    }
    outwards_[inner->index()] = found;
  }
  return outwards_[stack.index()];
}

UserLines::Place UserLines::own_outside(Place inner) {
  const Place same_node = own_in(inner.node, inner.depth + std::size_t{1});
  if (!same_node.node.none()) return same_node;
  const NodeId caller = frames_.parent(inner.node);
  return caller.none() ? Place{} : outwards(caller).own;
}

bool UserLines::is_c_librarys(NodeId stack) {
  if (stack.none() || !kind(frames_.module(stack)).c_library) return false;
  const Outwards& found = outwards(stack);
  return found.own.node.none() && found.in_program.node.none();
}

std::optional<UserLine> UserLines::find(NodeId stack) {
  bool from_pool = false;
  NodeId innermost = stack;
  // No pool is part of the C library: its frames are not asked for before they matter.
  while (!innermost.none() && !kind(frames_.module(innermost)).c_library) {
    const std::span<const symbols::Frame> frames = frames_.frames(innermost);
    from_pool = !frames.empty() && reports_pool(frames.front());
    if (!frames.empty()) break;
    innermost = frames_.parent(innermost);
  }
  if (innermost.none()) return std::nullopt;
  const Outwards found = outwards(innermost);
  if (found.own.node.none()) {
    return found.in_program.node.none() ? symbol_at(innermost) : line_at(found.in_program, false);
  }
  // The pool's own function: its caller is charged, if there is one.
  const Place caller = from_pool ? own_outside(found.own) : Place{};
  return line_at(caller.node.none() ? found.own : caller, true);
}

}  // namespace memline::model
