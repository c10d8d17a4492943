#include "symbols/symbolizer.h"

#include <dwarf.h>

#include <new>

#include "symbols/die.h"
#include "symbols/symbolizer_impl.h"

namespace memline::symbols {

std::string_view to_string(NoLine why) {
  switch (why) {
    case NoLine::kNone:
      return "";
    case NoLine::kNoDebugInfo:
      return "no debug info";
    case NoLine::kStripped:
      return "stripped";
    case NoLine::kJit:
      return "generated code";
    case NoLine::kFileMissing:
      return "file missing";
    case NoLine::kBuildIdDiffers:
      return "build id differs";
    case NoLine::kUnreadable:
      return "file unreadable or damaged";
    case NoLine::kArtificial:
      return "compiler-generated code";
    case NoLine::kUnknownModule:
      return "module unknown";
    case NoLine::kNoSplitFile:
      return ".dwo file missing";
  }
  return "";
}

Symbolizer::Impl::Impl(std::vector<ModuleFile> files, const SymbolizerOptions& options)
    : resolver_(functions_, files_),
      finder_(options),
      cache_(options.cache_folder),
      may_use_threads_(!options.debuginfod) {
  modules_.reserve(files.size());
  for (ModuleFile& file : files) modules_.push_back(std::make_unique<Module>(std::move(file)));
}

Symbolizer::Impl::~Impl() {
  try {
    for (const std::unique_ptr<Module>& module : modules_) module->keep_answers(cache_);
  } catch (const std::bad_alloc&) {
    // The next process has to find out again.
  }
}

Module* Symbolizer::Impl::locate(ModuleId id) {
  if (id.index() >= modules_.size()) return nullptr;
  Module* module = modules_[id.index()].get();
  module->locate(finder_, cache_);
  return module;
}

Module* Symbolizer::Impl::load(ModuleId id) {
  Module* module = locate(id);
  if (module != nullptr) module->load(finder_, files_);
  return module;
}

std::span<const Frame> Symbolizer::Impl::frames(ModuleId module, std::uint64_t offset, bool exact) {
  // A return address may already belong to the next line, or to the next function.
  const std::uint64_t pc = exact || offset == 0 ? offset : offset - 1;
  const auto [place, is_new] = known_.try_emplace(AddressKey{module.value, pc}, answers_.size());
  if (is_new) answers_.push_back(resolve(module, pc));
  return answers_[place->second];
}

const CallTypes& Symbolizer::Impl::call_types(ModuleId id, std::uint64_t return_address) {
  const auto [entry, is_new] = known_types_.try_emplace(AddressKey{id.value, return_address});
  if (!is_new) return entry->second;
  Module* const module = locate(id);
  if (module == nullptr) return entry->second;
  if (module->answers() != nullptr) {
    if (const CallTypes* stored = module->answers()->call_types(return_address)) return entry->second = *stored;
  }
  load(id);
  if (module->call_types() != nullptr) entry->second = module->call_types()->find(return_address);
  if (return_address != 0) entry->second.folded = module->folded_at(return_address - 1);
  if (module->answers() != nullptr) module->answers()->add_call_types(return_address, entry->second);
  return entry->second;
}

std::vector<Frame> Symbolizer::Impl::resolve(ModuleId id, std::uint64_t pc) {
  if (id.none()) return {Frame{.function = {}, .file = {}, .why = NoLine::kJit}};
  Module* module = locate(id);
  if (module == nullptr) return {Frame{.function = {}, .file = {}, .why = NoLine::kUnknownModule}};
  if (module->answers() != nullptr) {
    if (const std::vector<StoredFrame>* stored = module->answers()->frames(pc)) return recall(id, *module, *stored);
  }
  load(id);
  Answer found = find(id, *module, pc);
  resolver_.take_touched();  // the frames' own recipes say it all
  if (module->answers() != nullptr) store(*module, pc, found);
  return std::move(found.frames);
}

Symbolizer::Impl::Answer Symbolizer::Impl::find(ModuleId id, Module& module, std::uint64_t pc) {
  bool is_bare = false;
  if (module.dwarf() != nullptr) {
    for (const std::uint32_t unit : module.dwarf()->units_at(pc)) {
      is_bare = is_bare || module.dwarf()->is_bare(unit);
      Answer found = resolve_in_unit(id, module, unit, pc);
      if (!found.frames.empty()) return found;
    }
  }
  return symbol_frame(id, module, pc, is_bare ? NoLine::kNoSplitFile : module.why_uncovered());
}

Symbolizer::Impl::Answer Symbolizer::Impl::resolve_in_unit(ModuleId id, Module& module, std::uint32_t unit,
                                                           std::uint64_t pc) {
  DwarfFile& dwarf = *module.dwarf();
  const LineRow* row = dwarf.lines(unit).find(pc);
  const Outline& outline = dwarf.outline(unit);
  std::uint32_t scope = outline.at(pc);
  if (scope == kNoScope && row == nullptr) return {};

  Frame frame;
  if (row != nullptr && row->line != 0) {
    frame.file = row->file;
    frame.line = row->line;
  } else {
    frame.why = NoLine::kArtificial;
  }
  if (scope == kNoScope) {
    // Line-tables-only information describes no function that has nothing inlined into it.
    FunctionResolver::Resolved function;
    if (const Symbol* symbol = module.symbols().find(pc)) {
      function = resolver_.of_symbol_with_lines(source(id, module), *symbol, dwarf.unit_name(unit),
                                                dwarf.lines(unit).find(symbol->address));
      frame.copy = symbols::copy_of(symbol->name);
    }
    Answer answer;
    answer.add(frame, function);
    return answer;
  }
  Answer chain;
  Dwarf_Die inner{};
  while (scope != kNoScope) {
    const Scope& here = outline.scopes()[scope];
    const Dwarf_Die instance = die::at(outline.unit(), here.begin);
    const FunctionResolver::Resolved function = resolver_.of_instance(source(id, module), dwarf, unit, instance);
    const std::uint32_t outer = here.kind == ScopeKind::kInlined ? outline.enclosing_code(scope) : kNoScope;
    frame.inlined = outer != kNoScope;
    frame.function = function.id;
    frame.copy = copy_of(module, instance);
    if (!chain.frames.empty() && !function.id.none() && chain.frames.back().function == function.id &&
        (is_same_call(frame.copy, chain.frames.back().copy) || is_called_where_declared(inner, frame))) {
      chain.frames.back().inlined = frame.inlined;
      chain.frames.back().copy = frame.copy;
    } else {
      chain.add(frame, function);
    }
    if (outer == kNoScope) break;
    inner = instance;
    frame = Frame();
    frame.file = dwarf.source_files().named_by(instance, DW_AT_call_file);
    frame.line = static_cast<std::uint32_t>(die::number(instance, DW_AT_call_line).value_or(0));
    if (frame.line == 0 || frame.file.none()) {
      frame = Frame();
      frame.why = NoLine::kArtificial;
    }
    scope = outer;
  }
  give_nameless_to_callers(chain);
  return chain;
}

bool Symbolizer::Impl::is_called_where_declared(Dwarf_Die inlined, const Frame& caller) const {
  const Function& function = functions_[caller.function];
  if (caller.line == 0) return true;
  if (caller.line != function.decl_line || caller.file != function.file) return false;
  const std::optional<std::uint64_t> column = die::number(inlined, DW_AT_call_column);
  for (const Dwarf_Die& die : die::origins(inlined)) {
    const std::optional<std::uint64_t> declared = die::number(die, DW_AT_decl_column);
    if (declared) return column == declared;
  }
  return false;
}

FunctionCopy Symbolizer::Impl::copy_of(Module& module, Dwarf_Die instance) {
  const auto [entry, is_new] = copies_.try_emplace(instance.addr);
  if (!is_new) return entry->second;
  std::string_view name = die::linkage_name(instance);
  // gcc says what is split off only in the symbol, and of a constructor's copies nothing where it has no linkage name.
  if (name.empty() && dwarf_tag(&instance) == DW_TAG_subprogram && die::has(instance, DW_AT_abstract_origin)) {
    name = die::symbol_name(instance, module.symbols());
  }
  for (const Dwarf_Die& die : die::origins(instance)) {
    if (name.empty()) name = die::linkage_name(die);
  }
  return entry->second = symbols::copy_of(name);
}

void Symbolizer::Impl::give_nameless_to_callers(Answer& chain) const {
  for (std::size_t i = chain.frames.size(); i-- > 1;) {
    const Frame& caller = chain.frames[i];
    Frame& inlined = chain.frames[i - 1];
    if (!inlined.function.none() || caller.function.none() || inlined.file != functions_[caller.function].file)
      continue;
    inlined.function = caller.function;
    chain.recipes[i - 1] = chain.recipes[i];
  }
}

Symbolizer::Impl::Answer Symbolizer::Impl::symbol_frame(ModuleId id, Module& module, std::uint64_t pc, NoLine why) {
  Frame frame;
  frame.why = why;
  FunctionResolver::Resolved function;
  if (const Symbol* symbol = module.symbols().find(pc)) {
    function = resolver_.of_symbol(source(id, module), *symbol);
    frame.copy = symbols::copy_of(symbol->name);
  }
  Answer answer;
  answer.add(frame, function);
  return answer;
}

std::vector<SplitFault> Symbolizer::Impl::split_faults() const {
  std::vector<SplitFault> faults;
  for (const std::unique_ptr<Module>& module : modules_) {
    if (module->dwarf() == nullptr) continue;
    const std::vector<SplitFault>& more = module->dwarf()->split_faults();
    faults.insert(faults.end(), more.begin(), more.end());
  }
  return faults;
}

Frame Symbolizer::Impl::named_frame(std::string_view file, std::string_view function, std::uint32_t line) {
  Frame frame;
  frame.file = files_.intern(file);
  if (!function.empty()) frame.function = resolver_.of_name(frame.file, function);
  frame.line = frame.file.none() ? 0 : line;
  if (frame.line == 0) {
    frame.file = FileId();
    frame.why = NoLine::kNoDebugInfo;
  }
  return frame;
}

Symbolizer::Symbolizer(std::vector<ModuleFile> modules, const SymbolizerOptions& options)
    : impl_(std::make_unique<Impl>(std::move(modules), options)) {}
Symbolizer::~Symbolizer() = default;

std::span<const Frame> Symbolizer::frames(ModuleId module, std::uint64_t offset, bool exact) {
  return impl_->frames(module, offset, exact);
}

const CallTypes& Symbolizer::call_types(ModuleId module, std::uint64_t return_address) {
  return impl_->call_types(module, return_address);
}

void Symbolizer::prepare(std::span<const Address> addresses) {
  impl_->prepare(addresses);
}

void Symbolizer::look_at(ModuleId module) {
  impl_->look_at(module);
}

Frame Symbolizer::named_frame(std::string_view file, std::string_view function, std::uint32_t line) {
  return impl_->named_frame(file, function, line);
}

const Function& Symbolizer::function(FunctionId id) const {
  static const Function kUnknown;
  return id.index() < impl_->functions().size() ? impl_->functions()[id] : kUnknown;
}

std::string_view Symbolizer::file(FileId id) const {
  return impl_->files().path(id);
}

std::size_t Symbolizer::function_count() const {
  return impl_->functions().size();
}

const ModuleFile& Symbolizer::module_file(ModuleId id) const {
  static const ModuleFile kUnknown;
  const Module* module = impl_->module(id);
  return module == nullptr ? kUnknown : module->file();
}

NoLine Symbolizer::module_state(ModuleId id) const {
  const Module* module = impl_->module(id);
  return module == nullptr ? NoLine::kUnknownModule : module->state();
}

std::vector<SplitFault> Symbolizer::split_faults() const {
  return impl_->split_faults();
}

std::vector<FunctionId> Symbolizer::find_functions(std::span<const ModuleId> modules, std::string_view pattern) {
  return impl_->find_functions(modules, pattern);
}

std::vector<std::string> Symbolizer::nearest_names(std::span<const ModuleId> modules, std::string_view name,
                                                   std::size_t most) {
  return impl_->nearest_names(modules, name, most);
}

std::vector<Symbolizer::CodeLine> Symbolizer::code_lines(FunctionId id) {
  return impl_->code_lines(id);
}

}  // namespace memline::symbols
