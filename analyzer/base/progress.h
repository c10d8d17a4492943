/// \file Progress: whom long work tells how far it is. Plain calls in the thread that was asked for the work; whoever
/// shows it decides whether and how often.
#pragma once

#include <cstdint>
#include <string_view>

namespace memline {

class Progress {
 public:
  Progress() = default;
  virtual ~Progress() = default;
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// A stretch of work begins; `what` has to live until end(). `total`: in the unit of advance(); 0: unknown.
  virtual void begin(std::string_view what, std::uint64_t total) = 0;
  virtual void advance(std::uint64_t done) = 0;
  virtual void end() = 0;
};

/// One stretch of work, ended wherever it is left. The Progress may be null: then nobody wants to know.
class ProgressStretch {
 public:
  ProgressStretch(Progress* progress, std::string_view what, std::uint64_t total) : progress_(progress) {
    if (progress_ != nullptr) progress_->begin(what, total);
  }
  ~ProgressStretch() {
    if (progress_ != nullptr) progress_->end();
  }
  ProgressStretch(const ProgressStretch&) = delete;
  ProgressStretch& operator=(const ProgressStretch&) = delete;

  void advance(std::uint64_t done) {
    if (progress_ != nullptr) progress_->advance(done);
  }

 private:
  Progress* progress_;
};

}  // namespace memline
