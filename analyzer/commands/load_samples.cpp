#include "commands/load_samples.h"

#include <memory>
#include <span>

#include "trace/byte_source.h"

namespace memline::commands {

std::optional<Result<model::SampleFile>> load_samples(const std::string& path) {
  const Result<std::unique_ptr<trace::ByteSource>> source = trace::open_file_source(path);
  if (!source) return std::nullopt;
  constexpr std::size_t kBeginningBytes = 16;
  std::string text(kBeginningBytes, '\0');
  text.resize((*source)->read_at(0, std::as_writable_bytes(std::span(text))));
  if (!model::looks_like_samples(text)) return std::nullopt;
  constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 30;
  if ((*source)->size() > kMostBytes)
    return Result<model::SampleFile>(Error{ExitCode::kUnreadable, "is larger than 1 GiB", path});
  text.resize((*source)->size());
  text.resize((*source)->read_at(0, std::as_writable_bytes(std::span(text))));
  return model::parse_samples(text, path);
}

}  // namespace memline::commands
