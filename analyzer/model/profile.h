/// \file Profile: one image of one recording, opened for analysis: the start of every report.
///
/// Owns the recording, the symbolizer and the caches between them. The builders (report_builder.h, top_builder.h,
/// heap_builder.h, summary_builder.h) take it and replay the events as often as they need. One thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/progress.h"
#include "base/result.h"
#include "model/common_info.h"
#include "replay/recording.h"
#include "replay/replay.h"
#include "symbols/symbolizer.h"

namespace memline::model {

class FrameSource;
class OwnRules;
class SourceCache;
class StackSymbols;

struct ProfileOptions {
  std::optional<std::size_t> image;      ///< --image, from 0; default: the one that allocated most
  std::vector<std::string> own;          ///< --own PATTERN...
  std::vector<std::string> not_own;      ///< --not-own PATTERN...
  std::vector<std::string> source_dirs;  ///< --source DIR...
  std::vector<std::string> threads;      ///< --thread NAME|TID|#INDEX...; empty: all
  std::optional<std::string> span;       ///< --span NAME
  bool short_templates = false;          ///< names with template arguments cut to <...>
  symbols::SymbolizerOptions symbols;
  Progress* progress = nullptr;  ///< told how far reading and replaying are; must outlive the profile
};

class Profile {
 public:
  /// Scans the trace at `path` and picks the image. Errors: unreadable trace; no such image, thread or span (kNothing);
  /// a trace without any event (kNothing, with the reason as far as the trace tells it). In a damaged trace what is not
  /// there may be lost: kUnreadable then, here and in the builders.
  static Result<std::unique_ptr<Profile>> open(const std::string& path, ProfileOptions options);
  ~Profile();
  Profile(const Profile&) = delete;
  Profile& operator=(const Profile&) = delete;

  const replay::Recording& recording() const { return recording_; }
  const replay::Image& image() const { return recording_.images[image_]; }
  std::size_t image_index() const { return image_; }
  const ProfileOptions& options() const { return options_; }
  const replay::EventFilter& filter() const { return filter_; }
  bool is_filtered() const { return !filter_.threads.empty() || filter_.span.has_value(); }
  CommonInfo common() const;  ///< losses are the recording's: builders put those of their replay in their place
  std::vector<std::string> own_rules() const;  ///< for --verbose: what counts as the user's own code, one rule a line

  symbols::Symbolizer& symbolizer() { return *symbolizer_; }
  FrameSource& frames();
  const OwnRules& rules() const { return *rules_; }
  SourceCache& sources() { return *sources_; }
  /// Seconds since the epoch when a module's file was written, or the program's start where the file is gone: what is
  /// younger than that is not what the module was built from. 0: unknown.
  std::int64_t built_at(ModuleId module) const;
  /// A function's name as it is to be shown (short_templates).
  std::string display_name(const std::string& name) const;

  Result<replay::Outcome> run(replay::Observer* observer, const replay::StopPoint& stop = {},
                              const std::function<void(const replay::LiveBlock&)>& at_stop = {}) const;

 private:
  Profile(replay::Recording recording, std::size_t image, ProfileOptions options);
  std::optional<Error> make_filter();

  replay::Recording recording_;
  std::size_t image_;
  ProfileOptions options_;
  replay::EventFilter filter_;
  std::unique_ptr<symbols::Symbolizer> symbolizer_;
  std::unique_ptr<StackSymbols> stack_symbols_;
  std::unique_ptr<OwnRules> rules_;
  std::unique_ptr<SourceCache> sources_;
};

}  // namespace memline::model
