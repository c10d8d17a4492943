/// \file SweepModel: memory and time of a program for several sizes of its input, and how they grow. Plain data.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/sweep/growth_fit.h"

namespace memline::model {

enum class SubjectKind : std::uint8_t {
  kLine,      ///< bytes: of a function's line its peak, of a site what it owns at the process's peak
  kFunction,  ///< bytes: the highest rise while the function ran
  kProcess,   ///< bytes: the highest live heap, exact
  kRss,       ///< bytes: the kernel's own peak, of unrecorded runs
  kTime,      ///< seconds: wall time of unrecorded runs, the median
};

/// Something of which there is one value for each n.
struct SweepSubject {
  SubjectKind kind = SubjectKind::kProcess;
  std::string name;
  std::string file;        ///< of lines
  std::uint32_t line = 0;  ///< 0: no line
  std::vector<std::optional<double>> values;
  GrowthFit growth;
};

struct SweepModel {
  std::vector<std::string> command;              ///< with {n}
  std::vector<double> n;                         ///< rising
  std::size_t runs = 1;                          ///< that were timed, for each n
  std::vector<std::vector<double>> run_seconds;  ///< of each n, what kTime is the median of
  std::vector<SweepSubject> subjects;
  std::vector<std::string> notes;
};

/// What one recorded run says: subjects without values, and the value.
struct Measured {
  SweepSubject subject;
  double value = 0;
};

/// Adds what was measured for the n of this index; subjects are told apart by kind, name, file and line.
void add_measured(SweepModel& model, std::size_t n_index, const std::vector<Measured>& measured);

/// Fits every subject. Lines come first, that which grows fastest before all; then function, process, RSS, time.
void finish_sweep(SweepModel& model);

}  // namespace memline::model
