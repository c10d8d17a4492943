#include "commands/repeat/repeat_arguments.h"

#include <CLI/CLI.hpp>
#include <chrono>
#include <fstream>
#include <ostream>
#include <utility>

#include "commands/args.h"
#include "commands/output.h"
#include "commands/output_place.h"

namespace memline::commands {

void RepeatArguments::add_to(CLI::App& app) {
  app.add_option("-t,--timeout", timeout_seconds, "Kill a run, and all that it started, after so many seconds")
      ->check(check_between(0.001, 1e9))
      ->type_name("SECONDS");
  app.add_option("--setup", setup, "A shell command to run before each run, which is not measured")->type_name("CMD");
  app.add_flag("-i,--ignore-failure", ignore_failure, "Also count runs that exit with another status than 0");
  app.add_option("--format", format, "How the result is written; json carries whole bytes, seconds and all runs")
      ->check(CLI::IsMember({"text", "json"}))
      ->type_name("text|json")
      ->capture_default_str();
  app.add_option("-o,--out", out, "Write the result here, not to standard output, where the program writes too")
      ->check(check_output_file)
      ->type_name("FILE");
}

RunRequest RepeatArguments::request(Arguments command) const {
  RunRequest request{.command = std::move(command), .limit = {}, .setup = setup};
  if (timeout_seconds) request.limit = std::chrono::duration<double>(*timeout_seconds);
  return request;
}

bool RepeatArguments::counts(const model::ProgramEnd& end) const {
  return end.succeeded() || (ignore_failure && end.kind == model::ProgramEnd::Kind::kExit);
}

int RepeatArguments::write(const Streams& streams, const std::string& text) const {
  if (!out) {
    streams.out << text;
    return 0;
  }
  std::ofstream file(*out);
  file << text;
  file.close();
  return file ? 0 : fail(streams, {.code = ExitCode::kUsage, .message = "cannot be written", .path = *out});
}

std::string join_lines(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + '\n';
  return text;
}

std::string check_positive(const std::string& text) {
  const std::string problem = check_count(text);
  if (!problem.empty()) return problem;
  return text.find_first_not_of('0') == std::string::npos ? "must be at least 1" : "";
}

}  // namespace memline::commands
