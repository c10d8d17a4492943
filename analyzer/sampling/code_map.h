/// \file CodeMap: where code lies in a process, as the kernel's mapping records tell.
///
/// Files are opened when a frame first needs them, through /proc/PID/root where the process sees another tree. One
/// thread.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>

#include "sampling/perf_record.h"
#include "symbols/call_frames.h"

namespace memline::sampling {

/// A stretch of code of one file at one place; keeps its address as long as the CodeFiles that made it.
struct CodeModule {
  std::string path;
  std::uint64_t begin = 0, end = 0, bias = 0;
  bool main_executable = false;
  symbols::CallFrames* frames = nullptr;  ///< null: the file cannot be read, or is not the one that was mapped
};

/// The files that all processes share.
class CodeFiles {
 public:
  /// The module that a mapping makes; null for what is no file ([vdso], anonymous memory).
  const CodeModule* add(const MapRecord& map, bool main_executable);

 private:
  symbols::CallFrames* open(const MapRecord& map);

  std::map<std::pair<std::string, std::uint64_t>, std::unique_ptr<symbols::CallFrames>> files_;  ///< by path and inode
  std::deque<CodeModule> modules_;
};

/// One process's. Copied when it forks.
class CodeMap {
 public:
  void add(const MapRecord& map, CodeFiles& files);
  /// Null: no code is known there.
  const CodeModule* find(std::uint64_t address) const;
  bool empty() const { return mappings_.empty(); }

 private:
  struct Mapping {
    std::uint64_t end = 0;
    const CodeModule* module = nullptr;
  };
  std::map<std::uint64_t, Mapping> mappings_;  ///< by begin
};

}  // namespace memline::sampling
