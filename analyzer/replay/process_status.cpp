#include "replay/process_status.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <sstream>
#include <string>

#include "base/proc_file.h"

namespace memline::replay {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

std::optional<std::array<std::uint8_t, 16>> boot_id() {
  const std::optional<std::string> text = read_proc_file("/proc/sys/kernel/random/boot_id");
  if (!text) return std::nullopt;
  std::array<std::uint8_t, 16> id{};
  std::size_t digits = 0;
  for (const char c : *text) {
    if (c == '-' || c == '\n') continue;
    const int value = hex_digit(c);
    if (value < 0 || digits == 32) return std::nullopt;
    id[digits / 2] = static_cast<std::uint8_t>(id[digits / 2] << 4 | value);
    ++digits;
  }
  if (digits != 32) return std::nullopt;
  return id;
}

}  // namespace

std::optional<ProcessState> read_process_state(std::uint32_t pid) {
  const std::optional<std::string> text = read_proc_file("/proc/" + std::to_string(pid) + "/stat");
  if (!text) return std::nullopt;
  const std::size_t name_end = text->rfind(')');  // the name may hold anything, parentheses too
  if (name_end == std::string::npos) return std::nullopt;
  std::istringstream fields(text->substr(name_end + 1));
  ProcessState state;
  std::string field;
  for (int number = 3; fields >> field; ++number) {
    if (number == 3) state.ended = field == "Z" || field == "X";
    if (number == 4) state.parent = static_cast<std::uint32_t>(std::strtoul(field.c_str(), nullptr, 10));
    if (number != 22) continue;
    state.start = std::strtoull(field.c_str(), nullptr, 10);
    return state;
  }
  return std::nullopt;
}

bool process_alive(const trace::TraceHeader& header) {
  if (header.pid == 0 || boot_id() != header.boot_id) return false;
  const std::optional<ProcessState> state = read_process_state(header.pid);
  return state && !state->ended && state->start == header.process_start;
}

}  // namespace memline::replay
