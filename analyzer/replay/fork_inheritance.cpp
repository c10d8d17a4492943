#include "replay/fork_inheritance.h"

#include <cstring>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "replay/image_scanner.h"
#include "replay/live_memory.h"
#include "replay/loss_notes.h"
#include "replay/replayer.h"
#include "trace/trace_file.h"

namespace memline::replay {
namespace {

std::string_view base_name(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

std::string beside(std::string_view neighbour, std::string_view name) {
  const std::size_t slash = neighbour.rfind('/');
  return std::string(neighbour.substr(0, slash == std::string_view::npos ? 0 : slash + 1)) + std::string(name);
}

bool has_id(const trace::TraceFile& file, const std::string& id) {
  const auto& own = file.header().trace_id;
  return id.size() == own.size() && std::memcmp(id.data(), own.data(), own.size()) == 0;
}

std::shared_ptr<const trace::TraceFile> open_parent(const ForkOrigin& origin, const std::string& child_path) {
  const std::string sibling = beside(child_path, base_name(origin.parent_path));
  for (const std::string& path : {origin.parent_path, sibling, origin.parent_path + ".old", sibling + ".old"}) {
    if (path.empty() || path.find('\0') != std::string::npos) continue;
    Result<std::shared_ptr<const trace::TraceFile>> file = trace::TraceFile::open(path);
    if (file && has_id(**file, origin.parent_trace_id)) return *file;
  }
  return nullptr;
}

trace::LaneLimits limits_of(const ForkOrigin& origin) {
  trace::LaneLimits limits;
  for (const trace::ForkPosition& position : origin.positions) {
    limits[position.lane] = {position.sequence, position.payload_bytes};
  }
  return limits;
}

/// Adds stacks of one image to another's tables.
class Adoption {
 public:
  Adoption(const Image& from, Image& to) : from_(from), to_(to), needed_(from.stacks.size()) {}

  void need(NodeId node) {
    for (; from_.stacks.is_frame(node) && !needed_[node.index()]; node = from_.stacks.node(node).parent) {
      needed_[node.index()] = true;
    }
  }

  /// By node of the parent; unneeded ones are the unknown stack.
  std::vector<NodeId> adopt() {
    std::vector<NodeId> nodes(from_.stacks.size(), kUnknownStack);
    for (std::size_t i = 0; i < kFirstFrameNode; ++i) nodes[i] = NodeId{i};
    modules_.resize(from_.modules.size());
    for (std::size_t i = kFirstFrameNode; i < nodes.size(); ++i) {
      if (!needed_[i]) continue;
      const Node& node = from_.stacks.node(NodeId{i});  // its parent stands before it
      const NodeId parent = nodes[node.parent.index()];
      nodes[i] = node.named >= 0 ? to_.stacks.named_child(parent, from_.stacks.named_frame(node.named))
                                 : to_.stacks.child(parent, module(node.module), node.offset, node.exact);
    }
    return nodes;
  }

 private:
  ModuleId module(ModuleId id) {
    if (id.none()) return id;
    ModuleId& known = modules_[id.index()];
    if (!known.none()) return known;
    const Module& module = from_.modules[id.index()];
    for (std::size_t i = 0; i < to_.modules.size() && known.none(); ++i) {
      const Module& other = to_.modules[i];
      if (other.known == module.known && other.build_id == module.build_id && other.path == module.path &&
          other.bias == module.bias && module.known) {
        known = ModuleId{i};
      }
    }
    if (known.none()) {
      known = ModuleId{to_.modules.size()};
      to_.modules.push_back(module);
    }
    return known;
  }

  const Image& from_;
  Image& to_;
  std::vector<bool> needed_;
  std::vector<ModuleId> modules_;
};

}  // namespace

void inherit_parent(Image& child, const std::string& child_path, Losses& losses, int generation) {
  if (!child.fork) return;
  const ForkOrigin& origin = *child.fork;
  const auto missing = [&](const std::string& why) {
    add_incomplete(losses, "what this process inherited from its parent (pid " + std::to_string(origin.parent_pid) +
                               ") is not counted: " + why);
  };
  if (generation >= kMostGenerations) return missing("too many generations of processes");
  const std::shared_ptr<const trace::TraceFile> file = open_parent(origin, child_path);
  if (file == nullptr) return missing("the parent's trace is not there any more (" + origin.parent_path + ")");

  const trace::LaneLimits limits = limits_of(origin);
  trace::Damage damage;
  Image parent = ImageScanner(*file, origin.parent_image, &limits, damage).scan();
  add_parents_damage(damage, losses);
  add_parents_header_losses(file->header(), losses);
  inherit_parent(parent, file->source().name(), losses, generation + 1);

  Replayer replayer(*file, parent, &limits, {}, {}, nullptr);
  add_parents_losses(replayer.run().losses, losses);
  child.was_paused = child.was_paused || parent.was_paused;
  LiveMemory& memory = replayer.memory();
  Adoption adoption(parent, child);
  memory.for_each_live([&](const LiveBlock& block) { adoption.need(block.owner); });
  memory.become_childs(adoption.adopt());
  child.inherited = std::make_shared<const LiveMemory>(std::move(memory));
}

}  // namespace memline::replay
