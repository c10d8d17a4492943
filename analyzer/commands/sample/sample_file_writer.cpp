#include "commands/sample/sample_file_writer.h"

#include <fmt/format.h>

#include <ostream>

#include "base/escape.h"

namespace memline::commands {

SampleFileWriter::SampleFileWriter(std::ostream& out, SampleFormat format, const std::string& metric,
                                   const std::string& command)
    : out_(out), format_(format) {
  if (format == SampleFormat::kCsv) out_ << "time,pid," << metric << '\n';
  if (format == SampleFormat::kDat && !command.empty()) out_ << "CMDLINE " << escape_control(command) << '\n';
  out_.flush();
}

void SampleFileWriter::add(double time, pid_t pid, bool is_child, std::uint64_t bytes) {
  constexpr double kBytesPerMib = 1 << 20;
  if (format_ == SampleFormat::kCsv) {
    out_ << fmt::format("{:.6f},{},{}\n", time, pid, bytes);
  } else if (is_child) {
    out_ << fmt::format("CHLD {} {:.6f} {:.4f}\n", pid, static_cast<double>(bytes) / kBytesPerMib, time);
  } else {
    out_ << fmt::format("MEM {:.6f} {:.4f}\n", static_cast<double>(bytes) / kBytesPerMib, time);
  }
  out_.flush();
}

}  // namespace memline::commands
