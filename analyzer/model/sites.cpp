#include "model/sites.h"

#include <algorithm>

namespace memline::model {

std::string base_name(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos || slash + 1 == path.size() ? path : path.substr(slash + 1);
}

std::string SiteInfo::label() const {
  if (line != 0) return base_name(file_path) + ":" + std::to_string(line);
  if (module_path.empty()) return function_name;
  // A symbol that stands for an unknown place names its module already: "libfoo.so!+0x12".
  const std::string module_name = base_name(module_path);
  return function_name.starts_with(module_name + "!") ? function_name : module_name + "!" + function_name;
}

Sites::Sites(FrameSource& frames, const OwnRules& rules, std::function<std::string(const std::string&)> display_name)
    : frames_(frames), user_lines_(frames, rules), display_name_(std::move(display_name)) {}

const Sites::Charged& Sites::of_stack(NodeId stack) {
  if (stack.none()) {
    unknown_.site = intern_unknown();
    return unknown_;
  }
  if (by_stack_.size() <= stack.index()) by_stack_.resize(std::max(frames_.node_count(), stack.index() + 1));
  Charged& charged = by_stack_[stack.index()];
  if (!charged.site.none()) return charged;
  if (const std::optional<UserLine> line = user_lines_.find(stack)) {
    charged = {intern(line->frame, line->module), line->frame.function, line->module, line->own};
  } else {
    charged.site = intern_unknown();
  }
  return charged;
}

std::vector<SiteId> Sites::all_of_stack(NodeId stack) {
  std::vector<SiteId> found;
  for (NodeId node = stack; !node.none(); node = frames_.parent(node)) {
    if (!user_lines_.may_be_own(frames_.module(node))) continue;
    for (const symbols::Frame& frame : frames_.frames(node)) {
      if (user_lines_.is_own_line(frame, frames_.module(node))) found.push_back(intern(frame, frames_.module(node)));
    }
  }
  if (found.empty()) return {of_stack(stack).site};
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

std::string Sites::function_name(const Charged& charged) const {
  if (charged.function.none()) return info(charged.site).label();
  return display_name_(frames_.function(charged.function).qualified);
}

std::string Sites::module_path(const Charged& charged) const {
  return charged.module.none() ? "" : frames_.module_file(charged.module).path;
}

Sites::Place Sites::function_place(const Charged& charged) const {
  if (charged.function.none()) return {};
  const symbols::Function& function = frames_.function(charged.function);
  if (function.file.none()) return {module_path(charged), 0};
  return {std::string{frames_.file(function.file)}, function.decl_line};
}

SiteId Sites::intern(const symbols::Frame& frame, ModuleId module) {
  const SiteId next{sites_.size()};
  const bool has_line = frame.line != 0 && !frame.file.none();
  if (has_line) {
    const auto [entry, is_new] = by_line_.try_emplace({frame.file, frame.line}, next);
    if (!is_new) return entry->second;
  }
  SiteInfo info;
  info.why = frame.why;
  info.function = frame.function;
  info.module = module;
  info.function_name =
      frame.function.none() ? "(unknown function)" : display_name_(frames_.function(frame.function).qualified);
  if (!module.none()) info.module_path = frames_.module_file(module).path;
  if (has_line) {
    info.file = frame.file;
    info.line = frame.line;
    info.file_path = frames_.file(frame.file);
  } else {
    const auto [entry, is_new] = by_function_.try_emplace({info.module_path, info.function_name}, next);
    if (!is_new) return entry->second;
  }
  sites_.push_back(std::move(info));
  return next;
}

SiteId Sites::intern_unknown() {
  const SiteId next{sites_.size()};
  const auto [entry, is_new] = by_function_.try_emplace({"", "(unknown stack)"}, next);
  if (is_new) {
    SiteInfo info;
    info.function_name = "(unknown stack)";
    sites_.push_back(std::move(info));
  }
  return entry->second;
}

}  // namespace memline::model
