/// \file Sites: the sites (user lines) of one image, each with one number, however many stacks lead to it.
///
/// A site with a line is that line; one without is a function (or symbol) of a module. Texts are for people; names may
/// be shortened. Grows with distinct sites and stacks. One thread at a time.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "base/large_memory.h"
#include "model/frame_source.h"
#include "model/user_code.h"

namespace memline::model {

using SiteId = StrongId<struct SiteTag>;

struct SiteInfo {
  FileId file;  ///< none(): no line
  std::uint32_t line = 0;
  symbols::NoLine why = symbols::NoLine::kNone;
  FunctionId function;  ///< of the first stack that led here; none() where not even a symbol is known
  ModuleId module;
  std::string function_name;  ///< qualified
  std::string module_path;    ///< "" outside any module
  std::string file_path;

  /// "file.cpp:12", "libfoo.so!bar", "(unknown stack)"
  std::string label() const;
};

/// The last component of a path.
std::string base_name(const std::string& path);

class Sites {
 public:
  /// Both must outlive it. `display_name` makes names fit to be shown.
  Sites(FrameSource& frames, const OwnRules& rules, std::function<std::string(const std::string&)> display_name);

  /// What is charged for what is acquired on a stack. One line can be of several functions (templates) and modules.
  struct Charged {
    SiteId site;
    FunctionId function;
    ModuleId module;
    bool own = false;
  };
  const Charged& of_stack(NodeId stack);
  /// Whether the C library is charged, which it takes long to ask of what.
  bool is_c_librarys(NodeId stack) { return user_lines_.is_c_librarys(stack); }
  /// Of the very stack: a site has those of the first stack that led to it.
  std::string function_name(const Charged& charged) const;
  std::string module_path(const Charged& charged) const;
  /// Where the function is declared, which tells it from others of its name. Without debug information: its module.
  struct Place {
    std::string path;
    std::uint32_t line = 0;  ///< 0: path is a module
    auto operator<=>(const Place&) const = default;
  };
  Place function_place(const Charged& charged) const;
  /// Every line on the stack that is the user's own, once, as sites; the charged site alone if none is.
  std::vector<SiteId> all_of_stack(NodeId stack);
  const SiteInfo& info(SiteId id) const { return sites_[id.index()]; }
  std::size_t size() const { return sites_.size(); }
  /// A name as it is to be shown.
  std::string displayed(const std::string& name) const { return display_name_(name); }

 private:
  SiteId intern(const symbols::Frame& frame, ModuleId module);
  SiteId intern_unknown();

  FrameSource& frames_;
  UserLines user_lines_;
  std::function<std::string(const std::string&)> display_name_;
  std::vector<SiteInfo> sites_;
  std::map<std::tuple<FileId, std::uint32_t>, SiteId> by_line_;
  std::map<std::tuple<std::string, std::string>, SiteId> by_function_;  ///< module path, function name
  std::vector<Charged, LargeAllocator<Charged>> by_stack_;
  Charged unknown_;
};

}  // namespace memline::model
