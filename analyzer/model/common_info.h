/// \file CommonInfo: what every report says first: which program it is about, and what is missing from its recording.
/// Plain data; the objects "program" and "losses" of the JSON contract.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "replay/recording.h"

namespace memline::model {

struct ExitInfo {
  std::string kind = "unknown";  ///< exit, signal, exec or unknown
  int code = 0;                  ///< exit status or signal number; nothing for the other kinds
};

struct ProgramInfo {
  std::vector<std::string> command;  ///< empty, as executable and host: not recorded
  std::string executable;
  std::uint32_t pid = 0;
  std::optional<std::uint32_t>
      parent;  ///< pid of the process whose recording this one continues; null if there is none
  std::string host;
  double start = 0;  ///< seconds since the epoch
  std::optional<double>
      duration;  ///< seconds, of the image shown; null: the trace does not tell how fast its clock runs
  ExitInfo exit;
  std::size_t images = 1;  ///< programs that this process ran, one after the other
};

struct CommonInfo {
  ProgramInfo program;
  replay::Losses losses;
  std::size_t image = 0;           ///< the one shown, counted from 0
  bool still_running = false;      ///< the recording was still being written
  std::vector<std::string> notes;  ///< one sentence each: other images, other processes, filters in force
};

}  // namespace memline::model
