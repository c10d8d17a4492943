/// \file TestStreams: what a command prints, kept in strings.
#pragma once

#include <sstream>
#include <string>

#include "commands/command.h"

namespace memline::test {

class TestStreams {
 public:
  explicit TestStreams(commands::Terminal terminal = {}) : streams_{out_, err_, terminal} {}

  const commands::Streams& streams() const { return streams_; }
  std::string out() const { return out_.str(); }
  std::string err() const { return err_.str(); }

 private:
  std::ostringstream out_, err_;
  commands::Streams streams_;
};

}  // namespace memline::test
