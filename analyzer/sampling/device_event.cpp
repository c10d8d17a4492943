#include "sampling/device_event.h"

#include <fmt/format.h>

#include <fstream>
#include <optional>
#include <string_view>
#include <vector>

#include "base/parse_number.h"

namespace memline::sampling {
namespace {

std::optional<std::string> read_line(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  if (!std::getline(file, line)) return std::nullopt;
  return line;
}

std::optional<std::uint64_t> parse_term_value(std::string_view text) {
  return text.starts_with("0x") ? parse_number<std::uint64_t>(text.substr(2), 16) : parse_number<std::uint64_t>(text);
}

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == separator) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

bool is_name(const std::string& text) {
  return !text.empty() && text[0] != '.' && text.find('/') == std::string::npos;
}

Error wrong(const std::string& text, const std::string& what) {
  return {ExitCode::kUsage, fmt::format("counter '{}': {}", text, what)};
}

class TermReader {
 public:
  TermReader(const std::string& text, std::string folder, DeviceEvent& event)
      : text_(text), folder_(std::move(folder)), event_(event) {}

  std::optional<Error> read(const std::string& terms, bool may_name_events) {
    for (const std::string& term : split(terms, ',')) {
      if (term.empty()) continue;
      if (auto error = read_term(term, may_name_events)) return error;
    }
    return std::nullopt;
  }

 private:
  std::optional<Error> read_term(const std::string& term, bool may_name_events) {
    const std::size_t equals = term.find('=');
    const std::string name = term.substr(0, equals);
    if (!is_name(name)) return wrong(text_, fmt::format("'{}' is no term", term));
    if (equals == std::string::npos && may_name_events) {
      if (const auto terms = read_line(folder_ + "/events/" + name)) return read(*terms, false);
    }
    const std::optional<std::uint64_t> value =
        equals == std::string::npos ? std::optional<std::uint64_t>(1) : parse_term_value(term.substr(equals + 1));
    if (!value) return wrong(text_, fmt::format("'{}' gives no number", term));
    const std::size_t number = name == "config" ? 0 : name == "config1" ? 1 : name == "config2" ? 2 : 3;
    if (number < event_.config.size()) {
      event_.config[number] |= *value;
      return std::nullopt;
    }
    const auto format = read_line(folder_ + "/format/" + name);
    if (format && apply_format(*format, *value, event_.config)) return std::nullopt;
    return wrong(text_, fmt::format("the device knows no '{}'", name));
  }

  const std::string& text_;
  std::string folder_;
  DeviceEvent& event_;
};

}  // namespace

bool apply_format(const std::string& format, std::uint64_t value, std::array<std::uint64_t, 3>& config) {
  const std::size_t colon = format.find(':');
  const std::string field = format.substr(0, colon);
  const std::size_t number = field == "config" ? 0 : field == "config1" ? 1 : field == "config2" ? 2 : 3;
  if (number >= config.size() || colon == std::string::npos) return false;
  for (const std::string& range : split(format.substr(colon + 1), ',')) {
    const std::size_t dash = range.find('-');
    const auto first = parse_term_value(range.substr(0, dash));
    const auto last = dash == std::string::npos ? first : parse_term_value(range.substr(dash + 1));
    if (!first || !last || *first > *last || *last > 63) return false;
    for (std::uint64_t bit = *first; bit <= *last; ++bit, value >>= 1) config[number] |= (value & 1) << bit;
  }
  return true;
}

Result<DeviceEvent> find_device_event(const std::string& text, const std::string& devices) {
  const std::size_t slash = text.find('/');
  const std::string device = text.substr(0, slash);
  if (slash == std::string::npos || text.back() != '/' || slash + 1 == text.size() || !is_name(device)) {
    return wrong(text, "events of a device are spelt device/term=value,.../");
  }
  DeviceEvent event;
  const std::string folder = devices + '/' + device;
  const auto type = read_line(folder + "/type");
  if (!type) {
    event.missing = fmt::format("not supported here: there is no device {}", device);
    return event;
  }
  event.type = static_cast<std::uint32_t>(parse_term_value(*type).value_or(0));
  const std::string terms = text.substr(slash + 1, text.size() - slash - 2);
  if (terms.find('/') != std::string::npos) return wrong(text, "events of a device are spelt device/term=value,.../");
  if (auto error = TermReader(text, folder, event).read(terms, true)) return *std::move(error);
  return event;
}

}  // namespace memline::sampling
