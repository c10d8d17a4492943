/// \file FakeStacks: stacks of source frames, made by hand, in place of a trace and a symbolizer.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "model/frame_source.h"

namespace memline::model {

class FakeStacks : public FrameSource {
 public:
  FakeStacks() { add_module("/home/me/app", true); }

  ModuleId add_module(std::string path, bool main_executable = false) {
    modules_.push_back({std::move(path), "", main_executable});
    return ModuleId{modules_.size() - 1};
  }
  FileId add_file(std::string path) {
    files_.push_back(std::move(path));
    return FileId{files_.size() - 1};
  }
  FunctionId add_function(std::string name, FileId file, FunctionId enclosing = {}) {
    symbols::Function function;
    function.name = function.qualified = function.signature = std::move(name);
    function.file = file;
    function.enclosing = enclosing;
    functions_.push_back(function);
    return FunctionId{functions_.size() - 1};
  }
  /// A source frame in the function's own file; line 0: no line.
  symbols::Frame at(FunctionId function, std::uint32_t line) const {
    return at(function, line, functions_[function.index()].file);
  }
  symbols::Frame at(FunctionId function, std::uint32_t line, FileId file) const {
    symbols::Frame frame;
    frame.function = function;
    frame.line = line;
    if (line != 0) frame.file = file;
    if (line == 0) frame.why = symbols::NoLine::kStripped;
    return frame;
  }
  /// A physical frame called from `caller` (NodeId{}: the start), its source frames innermost first. Always a new node:
  /// another pc, as far as the passes can see.
  NodeId call(NodeId caller, std::vector<symbols::Frame> frames, ModuleId module = ModuleId{std::size_t{0}}) {
    for (std::size_t i = 0; i + 1 < frames.size(); ++i) frames[i].inlined = true;
    nodes_.push_back({caller, module, std::move(frames)});
    return NodeId{nodes_.size() - 1};
  }
  /// No stack at all.
  NodeId unknown() { return call({}, {}, {}); }

  /// A function that hands on as void* what it got.
  void hands_on(NodeId node) {
    symbols::CallTypes types;
    types.returned_offset = 0;
    types.returns_untyped = true;
    call_types_[node.index()] = std::move(types);
  }

  std::size_t node_count() const override { return nodes_.size(); }
  NodeId parent(NodeId node) const override { return nodes_[node.index()].parent; }
  ModuleId module(NodeId node) const override { return nodes_[node.index()].module; }
  std::span<const symbols::Frame> frames(NodeId node) override { return nodes_[node.index()].frames; }
  const symbols::CallTypes& call_types(NodeId node) override { return call_types_[node.index()]; }
  const symbols::Function& function(FunctionId id) const override { return functions_[id.index()]; }
  std::string_view file(FileId id) const override { return files_[id.index()]; }
  const symbols::ModuleFile& module_file(ModuleId id) const override { return modules_[id.index()]; }

 private:
  struct Node {
    NodeId parent;
    ModuleId module;
    std::vector<symbols::Frame> frames;
  };
  std::deque<Node> nodes_;
  std::map<std::size_t, symbols::CallTypes> call_types_;
  std::deque<symbols::Function> functions_;
  std::deque<std::string> files_;
  std::deque<symbols::ModuleFile> modules_;
};

}  // namespace memline::model
