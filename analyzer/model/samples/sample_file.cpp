#include "model/samples/sample_file.h"

#include <cmath>
#include <map>
#include <optional>
#include <utility>

#include "base/parse_number.h"

namespace memline::model {
namespace {

constexpr double kMiB = 1 << 20;
constexpr std::string_view kCsvBeginning = "time,pid,";

/// Finite; the whole of the text.
std::optional<double> number_of(std::string_view text) {
  const std::optional<double> value = parse_number<double>(text);
  return value && std::isfinite(*value) ? value : std::nullopt;
}

std::vector<std::string_view> split(std::string_view line, char separator) {
  std::vector<std::string_view> words;
  for (;;) {
    const std::size_t end = line.find(separator);
    words.push_back(line.substr(0, end));
    if (end == std::string_view::npos) return words;
    line.remove_prefix(end + 1);
  }
}

class SampleParser {
 public:
  /// False: the line is none of the format's.
  bool dat_line(std::string_view line) {
    if (line.empty()) return true;
    if (line.starts_with("CMDLINE ")) {
      file_.command = line.substr(8);
      return true;
    }
    const std::vector<std::string_view> words = split(line, ' ');
    if (words[0] == "MEM" && words.size() == 3) return add(file_.watched, sample(words[1], words[2], kMiB));
    if (words[0] == "CHLD" && words.size() == 4) {
      const auto pid = parse_number<std::int64_t>(words[1]);
      return pid && add(child(*pid), sample(words[2], words[3], kMiB));
    }
    if (words[0] == "FUNC" && (words.size() == 6 || words.size() == 7)) return add_call(words);
    return false;
  }

  bool csv_line(std::string_view line) {
    if (line.empty()) return true;
    const std::vector<std::string_view> fields = split(line, ',');
    if (file_.metric.empty()) {
      if (fields.size() == 3) file_.metric = fields[2];
      return !file_.metric.empty();
    }
    if (fields.size() != 3) return false;
    const auto pid = parse_number<std::int64_t>(fields[1]);
    if (!pid || *pid <= 0) return false;
    if (file_.watched.samples.empty()) file_.watched.pid = *pid;
    return add(*pid == file_.watched.pid ? file_.watched : child(*pid), sample(fields[2], fields[0], 1));
  }

  SampleFile take() { return std::move(file_); }

 private:
  static std::optional<MemorySample> sample(std::string_view memory, std::string_view time, double unit) {
    const auto bytes = number_of(memory), seconds = number_of(time);
    if (!bytes || !seconds) return std::nullopt;
    return MemorySample{*seconds, *bytes * unit};
  }
  static bool add(SampledProcess& process, const std::optional<MemorySample>& sample) {
    if (sample) process.samples.push_back(*sample);
    return sample.has_value();
  }
  SampledProcess& child(std::int64_t pid) {
    const auto [found, is_new] = child_of_.try_emplace(pid, file_.children.size());
    if (is_new) file_.children.push_back({pid, {}});
    return file_.children[found->second];
  }
  bool add_call(const std::vector<std::string_view>& words) {
    const auto begin = sample(words[2], words[3], kMiB), end = sample(words[4], words[5], kMiB);
    if (!begin || !end) return false;
    file_.calls.push_back({std::string(words[1]), *begin, *end});
    return true;
  }

  SampleFile file_;
  std::map<std::int64_t, std::size_t> child_of_;  ///< pid to index
};

}  // namespace

bool looks_like_samples(std::string_view beginning) {
  for (const std::string_view start : {std::string_view("CMDLINE "), std::string_view("MEM "),
                                       std::string_view("CHLD "), std::string_view("FUNC "), kCsvBeginning}) {
    if (beginning.starts_with(start)) return true;
  }
  return false;
}

Result<SampleFile> parse_samples(std::string_view text, const std::string& path) {
  SampleParser parser;
  const bool csv = text.starts_with(kCsvBeginning);
  std::size_t number = 0;
  bool cut_off = false;
  while (!text.empty()) {
    ++number;
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    cut_off = end == std::string_view::npos;
    if (cut_off) break;
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!(csv ? parser.csv_line(line) : parser.dat_line(line))) {
      constexpr std::size_t kMostShown = 60;
      return Error{ExitCode::kUnreadable,
                   "line " + std::to_string(number) +
                       " is none of a file of samples: " + std::string(line.substr(0, kMostShown)),
                   path};
    }
  }
  SampleFile file = parser.take();
  file.cut_off = cut_off;
  if (file.watched.samples.empty() && file.children.empty()) {
    return Error{ExitCode::kNothing, "holds no sample", path};
  }
  return file;
}

}  // namespace memline::model
