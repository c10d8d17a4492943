/// \file The commands of memline, in one visible table.
///
/// A command parses its arguments, loads, calls a view and renders. It writes results to Streams::out and all else to
/// Streams::err, and returns the exit code; it may be called from a test like any function.
#pragma once

#include <iosfwd>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "commands/terminal.h"

namespace memline::commands {

struct Streams {
  std::ostream& out;
  std::ostream& err;
  Terminal terminal;
};

/// What stands behind the name of the command.
using Arguments = std::vector<std::string>;

struct Command {
  std::string_view name;
  std::string_view summary;  ///< one line for `memline --help`; "": not for people, and not listed
  int (*run)(const Arguments& arguments, const Streams& streams);
};

int run_command(const Arguments& arguments, const Streams& streams);
int report_command(const Arguments& arguments, const Streams& streams);
int top_command(const Arguments& arguments, const Streams& streams);
int heap_command(const Arguments& arguments, const Streams& streams);
int regions_command(const Arguments& arguments, const Streams& streams);
int summary_command(const Arguments& arguments, const Streams& streams);
int peak_command(const Arguments& arguments, const Streams& streams);
int sample_command(const Arguments& arguments, const Streams& streams);
int sweep_command(const Arguments& arguments, const Streams& streams);
int plot_command(const Arguments& arguments, const Streams& streams);
int memit_command(const Arguments& arguments, const Streams& streams);
int time_command(const Arguments& arguments, const Streams& streams);
int timeit_command(const Arguments& arguments, const Streams& streams);
int pack_command(const Arguments& arguments, const Streams& streams);
int dump_command(const Arguments& arguments, const Streams& streams);

/// `memline sidecar PID START FD`: started by the preload beside a program that nobody watches, where counters or page
/// faults are asked for (preload/sidecar.h); does for it what `memline run` does. PID and START name the process, which
/// waits. Answers through the descriptor FD: a line for each counter that cannot be had, and at the end the line
/// "ready"; without it, the line before says why not.
int sidecar_command(const Arguments& arguments, const Streams& streams);

/// In the order in which `memline --help` lists them.
std::span<const Command> all_commands();

/// `memline ARGUMENTS...`: finds the command and runs it, or answers --help and --version.
int dispatch(const Arguments& arguments, const Streams& streams);

}  // namespace memline::commands
