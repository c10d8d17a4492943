// What the modules' answers say, as this process's functions and files; and reading several modules at once.
#include <algorithm>
#include <atomic>
#include <exception>
#include <functional>
#include <system_error>
#include <thread>

#include "symbols/symbolizer_impl.h"

namespace memline::symbols {
namespace {

/// Fewer addresses than this are read before a thread has started.
constexpr std::size_t kWorthThreads = 64;

}  // namespace

FunctionId Symbolizer::Impl::recall(ModuleId id, Module& module, std::uint32_t recipe) {
  return resolver_.recall(source(id, module), recipe, module.recalled());
}

FileId Symbolizer::Impl::recall_path(Module& module, std::uint32_t path) {
  std::vector<FileId>& known = module.recalled_paths();
  if (known.size() < module.answers()->path_count()) known.resize(module.answers()->path_count());
  if (known[path].none()) known[path] = files_.intern(module.answers()->path(path));
  return known[path];
}

std::vector<Frame> Symbolizer::Impl::recall(ModuleId id, Module& module, const std::vector<StoredFrame>& stored) {
  std::vector<Frame> frames;
  frames.reserve(stored.size());
  for (const StoredFrame& one : stored) {
    Frame& frame = frames.emplace_back();
    if (one.recipe != kNoRecipe) frame.function = recall(id, module, one.recipe);
    if (one.path != 0) frame.file = recall_path(module, one.path - 1);
    frame.line = one.line;
    frame.why = static_cast<NoLine>(one.why);
    frame.inlined = one.inlined;
    frame.copy = one.copy;
  }
  return frames;
}

void Symbolizer::Impl::store(Module& module, std::uint64_t pc, const Answer& answer) {
  std::vector<StoredFrame> stored;
  for (std::size_t i = 0; i < answer.frames.size(); ++i) {
    const Frame& frame = answer.frames[i];
    StoredFrame one;
    one.recipe = answer.recipes[i];
    if (!frame.file.none()) one.path = module.answers()->add_path(files_.path(frame.file)) + 1;
    one.line = frame.line;
    one.why = static_cast<std::uint8_t>(frame.why);
    one.inlined = frame.inlined;
    one.copy = frame.copy;
    stored.push_back(one);
  }
  module.answers()->add_frames(pc, std::move(stored));
}

void Symbolizer::Impl::prepare(std::span<const Address> addresses) {
  struct Work {
    Module* module;
    std::vector<std::uint64_t> pcs;
  };
  std::vector<Work> all(modules_.size());
  std::size_t count = 0;
  for (const Address& address : addresses) {
    if (address.module.none() || address.module.index() >= modules_.size()) continue;
    Module* const module = locate(address.module);
    const std::uint64_t pc = address.exact || address.offset == 0 ? address.offset : address.offset - 1;
    if (known_.contains(AddressKey{address.module.value, pc})) continue;
    if (module->answers() != nullptr && module->answers()->frames(pc) != nullptr) continue;
    all[address.module.index()].module = module;
    all[address.module.index()].pcs.push_back(pc);
    ++count;
  }
  std::erase_if(all, [](const Work& work) { return work.pcs.empty(); });
  const std::size_t processors = std::thread::hardware_concurrency();
  if (!may_use_threads_ || count < kWorthThreads || all.size() < 2 || processors < 2) return;
  std::sort(all.begin(), all.end(), [](const Work& a, const Work& b) { return a.pcs.size() > b.pcs.size(); });

  // A module is one thread's at a time, since a libdw handle must be; the tables that all share are not touched.
  std::atomic<std::size_t> next = 0;
  std::vector<std::exception_ptr> failures(std::min(processors, all.size()));
  const auto work = [&](std::exception_ptr& failure) {
    try {
      for (std::size_t i = next++; i < all.size(); i = next++) {
        all[i].module->load(finder_, files_);
        all[i].module->read_at(all[i].pcs);
      }
    } catch (...) {
      failure = std::current_exception();
    }
  };
  std::vector<std::thread> helpers;
  helpers.reserve(failures.size());
  try {
    for (std::size_t i = 1; i < failures.size(); ++i) helpers.emplace_back(work, std::ref(failures[i]));
  } catch (const std::system_error&) {
    // No thread to be had: fewer do the work.
  }
  work(failures[0]);
  for (std::thread& helper : helpers) helper.join();
  for (const std::exception_ptr& failure : failures) {
    if (failure) std::rethrow_exception(failure);
  }
}

}  // namespace memline::symbols
