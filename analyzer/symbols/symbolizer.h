/// \file Symbolizer: from an address in a module to source frames, inlined ones included.
///
/// One Symbolizer serves one image of a trace. It resolves each distinct address once and keeps the answer; nothing is
/// opened before it is asked for, and no debug information is read for what the cache on disk answers. It never fails: a frame that has no line says why (NoLine). One thread at a time.
/// libdw lives only in this folder.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/strong_id.h"
#include "symbols/function.h"
#include "symbols/function_copy.h"
#include "symbols/split_fault.h"
#include "symbols/types/call_types.h"

namespace memline::symbols {

/// Why a frame has no source line.
enum class NoLine : std::uint8_t {
  kNone,            ///< it has one
  kNoDebugInfo,     ///< the module has symbols but no line information
  kStripped,        ///< the module has neither
  kJit,             ///< no module: generated or anonymous code
  kFileMissing,     ///< the module's file is not there any more
  kBuildIdDiffers,  ///< the file was rebuilt since: its lines would be wrong
  kUnreadable,      ///< the file is no ELF file, or its debug information is damaged
  kArtificial,      ///< the compiler made this code; it stands for no line (line 0)
  kUnknownModule,   ///< the trace lost the record that names the module
  kNoSplitFile,     ///< the debug information of this code lies in a .dwo file that cannot be had
};
/// A short phrase for people, as in "no line: stripped".
std::string_view to_string(NoLine why);

/// What the trace says of a module; the symbolizer trusts none of it.
struct ModuleFile {
  std::string path;      ///< as the loader knew it; "" or "linux-vdso.so.1" possible
  std::string build_id;  ///< raw bytes; empty if it has none, then the file at `path` is taken unchecked
  bool main_executable = false;
};

/// One source frame. `function` is none() where not even a symbol is known.
struct Frame {
  FunctionId function;
  FileId file;             ///< none() where line == 0
  std::uint32_t line = 0;  ///< of the call (or of the instruction, for the innermost frame); 0 if unknown, then see why
  NoLine why = NoLine::kNone;
  bool inlined = false;    ///< this frame was inlined into the next one of the span
  FunctionCopy copy = {};  ///< of the function, that the code of this frame is

  friend bool operator==(const Frame&, const Frame&) = default;
};

struct SymbolizerOptions {
  std::vector<std::string> debug_dirs = {"/usr/lib/debug"};
  bool debuginfod = false;           ///< ask debuginfod servers; off unless the user asked
  std::string debuginfod_urls = {};  ///< empty: DEBUGINFOD_URLS
  std::string cache_folder = {};     ///< absolute; answers are kept here from one run to the next. Empty: nowhere
};

class Symbolizer {
 public:
  Symbolizer(std::vector<ModuleFile> modules, const SymbolizerOptions& options);
  ~Symbolizer();
  Symbolizer(const Symbolizer&) = delete;
  Symbolizer& operator=(const Symbolizer&) = delete;

  /// The source frames at a code address, innermost first, at least one. `offset` is the module-relative address (the
  /// link-time address: address minus load bias), or the absolute address where `module` is none(). A return address
  /// is looked up one byte before (`exact` false); an interrupted or faulting pc as it is (`exact` true).
  /// The span is valid as long as the Symbolizer.
  std::span<const Frame> frames(ModuleId module, std::uint64_t offset, bool exact);

  /// What the code behind a call tells about the type of what it returned. Valid as long as the Symbolizer.
  const CallTypes& call_types(ModuleId module, std::uint64_t return_address);

  /// Says that these addresses will be asked for: what can be read at once for several modules, is. Never changes what
  /// frames() answers.
  struct Address {
    ModuleId module;
    std::uint64_t offset = 0;
    bool exact = false;
  };
  void prepare(std::span<const Address> addresses);
  /// Says that the module is one of those that code_lines() looks through.
  void look_at(ModuleId module);

  /// The frame of a named (interpreted or JIT) function, which needs no debug information.
  Frame named_frame(std::string_view file, std::string_view function, std::uint32_t line);

  const Function& function(FunctionId id) const;
  std::string_view file(FileId id) const;  ///< absolute path as recorded by the compiler (comp_dir joined)
  std::size_t function_count() const;      ///< functions seen so far, by frames() or find_functions()
  const ModuleFile& module_file(ModuleId id) const;
  /// Why a whole module gives no lines; kNone if it gives some, or was not looked at yet.
  NoLine module_state(ModuleId id) const;

  /// Split debug information that is missing, of what was asked for so far.
  std::vector<SplitFault> split_faults() const;

  /// Every function that has code in the debug information of these modules and whose plain name, qualified name,
  /// signature or linkage name matches `pattern` (a name, or a glob with * and ?). Also returns functions that never
  /// occurred on a stack.
  std::vector<FunctionId> find_functions(std::span<const ModuleId> modules, std::string_view pattern);
  /// Plain names nearest to `name` (edit distance), best first, for "did you mean".
  std::vector<std::string> nearest_names(std::span<const ModuleId> modules, std::string_view name, std::size_t most);

  /// Every line that has code (is_stmt rows) in any instance of the function: its own code, inlined copies, clones, and
  /// the lambdas and OpenMP bodies written inside it; sorted by file and line, the function's own file first. Covers
  /// the modules that were looked at so far (of the C library's own those, if it is one of its functions), and sets the function's last_line. The first call reads all debug
  /// information of these modules once.
  struct CodeLine {
    FileId file;
    std::uint32_t line;
    friend auto operator<=>(const CodeLine&, const CodeLine&) = default;
  };
  std::vector<CodeLine> code_lines(FunctionId id);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace memline::symbols
