#include "commands/args.h"

#include <CLI/CLI.hpp>
#include <sstream>

#include "commands/test_streams.h"
#include "support/catch.h"

using namespace memline;
using namespace memline::commands;
using memline::test::TestStreams;

namespace {

struct Parsed {
  std::optional<int> code;
  ProfileArguments profile;
  OutputArguments output;
  std::string out, err;
};

Parsed parse_report(const Arguments& arguments) {
  Parsed parsed;
  CLI::App app("Show something.", "report");
  parsed.profile.add_to(app);
  parsed.output.add_to(app);
  const TestStreams streams;
  parsed.code = parse(app, "[OPTIONS] [TRACE]", arguments, streams.streams());
  parsed.out = streams.out();
  parsed.err = streams.err();
  return parsed;
}

}  // namespace

TEST_CASE("args: defaults") {
  const Parsed parsed = parse_report({});
  REQUIRE_FALSE(parsed.code);
  CHECK(parsed.profile.trace == "trace.bin");
  CHECK_FALSE(parsed.profile.options.image);
  CHECK_FALSE(parsed.profile.profile_options().short_templates);
  CHECK(parsed.output.chosen_format() == Format::kText);
}

TEST_CASE("args: everything that narrows a report") {
  const Parsed parsed =
      parse_report({"--image", "1", "--thread", "io", "my.trace", "--thread=7", "--span", "parse", "--own", "a/*",
                    "--not-own", "b/*", "--source", "src", "--templates", "short", "--debuginfod"});
  REQUIRE_FALSE(parsed.code);
  const model::ProfileOptions options = parsed.profile.profile_options();
  CHECK(parsed.profile.trace == "my.trace");
  CHECK(options.image == 1);
  CHECK(options.threads == std::vector<std::string>{"io", "7"});
  CHECK(options.span == "parse");
  CHECK(options.own == std::vector<std::string>{"a/*"});
  CHECK(options.not_own == std::vector<std::string>{"b/*"});
  CHECK(options.source_dirs == std::vector<std::string>{"src"});
  CHECK(options.short_templates);
  CHECK(options.symbols.debuginfod);
}

TEST_CASE("args: a wrong command line is one line and exit code 2") {
  for (const Arguments& arguments :
       {Arguments{"--nonsense"}, Arguments{"--ima", "1"}, Arguments{"--image", "-1"}, Arguments{"--format", "xml"},
        Arguments{"a.bin", "b.bin"}, Arguments{"--unit", "MB"}, Arguments{"--precision", "2"},
        Arguments{"--unit", "MiB", "--precision", "12"}, Arguments{"--thread"}, Arguments{"--color", "blue"}}) {
    INFO(arguments.front());
    const Parsed parsed = parse_report(arguments);
    CHECK(parsed.code == 2);
    CHECK(parsed.out.empty());
    CHECK(parsed.err.starts_with("memline report: "));
    CHECK(std::count(parsed.err.begin(), parsed.err.end(), '\n') == 1);
  }
}

TEST_CASE("args: nothing after an equals sign does not take the next argument") {
  for (const Arguments& arguments : {Arguments{"--span=", "trace.bin"}, Arguments{"--image=", "1"}, Arguments{"--own="},
                                     Arguments{"--verbose="}, Arguments{"--width", "80", "--unit=", "MiB"}}) {
    INFO(arguments.front());
    const Parsed parsed = parse_report(arguments);
    CHECK(parsed.code == 2);
    CHECK(parsed.err.find("= has no value; see memline report --help\n") != std::string::npos);
  }
  CHECK(parse_report({"--span=a=", "--own", "b="}).code == std::nullopt);
}

TEST_CASE("args: an empty value names nothing") {
  for (const char* option : {"--span", "--thread", "--own", "--not-own", "--source", "--image"}) {
    const Parsed parsed = parse_report({"trace.bin", option, ""});
    CHECK(parsed.code == 2);
    CHECK(parsed.err.find(option) != std::string::npos);
  }
  CHECK(parse_report({""}).err == "memline report: TRACE needs a value that is not empty; see memline report --help\n");
}

TEST_CASE("args: control characters of a wrong option do not reach the terminal") {
  CHECK(parse_report({"--\x1b[31m"}).err.find('\x1b') == std::string::npos);
}

TEST_CASE("args: help fits 80 columns and lists every option") {
  const Parsed parsed = parse_report({"--help"});
  CHECK(parsed.code == 0);
  CHECK(parsed.err.empty());
  CHECK(parsed.out.starts_with("Usage: memline report [OPTIONS] [TRACE]\n\nShow something.\n"));
  for (const char* option : {"--image N", "--thread T", "--span NAME", "--own PATTERN", "--not-own PATTERN",
                             "--source DIR", "--templates short|full", "--format text|json|csv",
                             "--unit auto|B|KiB|MiB|GiB", "--precision N", "--color auto|always|never", "--width N"}) {
    INFO(option);
    CHECK(parsed.out.find(option) != std::string::npos);
  }
  std::istringstream lines(parsed.out);
  for (std::string line; std::getline(lines, line);) CHECK(line.size() <= 80);
}

TEST_CASE("args: width and colour come from the terminal, unless given") {
  const Terminal terminal{true, true, 120, true};
  CHECK(parse_report({}).output.style(terminal).width_columns == 120);
  CHECK(parse_report({}).output.style(terminal).colour);
  CHECK(parse_report({}).output.style({}).width_columns == 0);
  CHECK_FALSE(parse_report({}).output.style({}).colour);
  CHECK(parse_report({"--width", "0"}).output.style(terminal).width_columns == 0);
  CHECK_FALSE(parse_report({"--color", "never"}).output.style(terminal).colour);
  CHECK(parse_report({"--color", "always"}).output.style({}).colour);
  const render::TextStyle style = parse_report({"--unit", "GiB", "--precision", "1"}).output.style({});
  CHECK(style.bytes.unit == render::Unit::kGiB);
  CHECK(style.bytes.precision == 1);
}

TEST_CASE("args: digits after the point need a unit that has some") {
  for (const char* unit : {"auto", "B"}) {
    const Parsed parsed = parse_report({"--unit", unit, "--precision", "7"});
    CHECK(parsed.code == 2);
    CHECK(parsed.err.find("--precision") != std::string::npos);
  }
  CHECK_FALSE(parse_report({"--unit", "MiB", "--precision", "7"}).code);
}

TEST_CASE("args: a negative number where things are counted is named as it was given") {
  const Parsed parsed = parse_report({"--width", "-1"});
  CHECK(parsed.code == 2);
  CHECK(parsed.err == "memline report: --width: not a whole number from 0 on: -1; see memline report --help\n");
  CHECK(check_count("0").empty());
  CHECK(check_count("20").empty());
  for (const char* text : {"", "-1", "1.5", "1e3", "99999999999999999999", "many"})
    CHECK_FALSE(check_count(text).empty());
}

TEST_CASE("args: nan lies between no two numbers") {
  const auto check = check_between(0.5, 2);
  for (const char* text : {"0.5", "1e0", "2"}) CHECK(check(text).empty());
  for (const char* text : {"nan", "-nan", "inf", "0.49", "2.1", "", "1x"}) CHECK_FALSE(check(text).empty());
}

TEST_CASE("args: unexpected arguments are named in their order") {
  CHECK(parse_report({"a.bin", "b.bin", "c.bin"}).err ==
        "memline report: unexpected arguments: b.bin c.bin; see memline report --help\n");
  CHECK(parse_report({"a.bin", "b.bin"}).err ==
        "memline report: unexpected argument: b.bin; see memline report --help\n");
}
