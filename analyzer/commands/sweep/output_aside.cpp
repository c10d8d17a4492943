#include "commands/sweep/output_aside.h"

#include <fcntl.h>
#include <unistd.h>

namespace memline::commands {

OutputAside::OutputAside() : kept_(::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1)) {
  if (kept_ >= 0) ::dup2(STDERR_FILENO, STDOUT_FILENO);
}

OutputAside::~OutputAside() {
  if (kept_ < 0) return;
  ::dup2(kept_, STDOUT_FILENO);
  ::close(kept_);
}

}  // namespace memline::commands
