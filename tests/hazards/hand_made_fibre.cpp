// A boost fibre allocates in its first frame, whose rbp nobody has set.
#include <boost/context/detail/fcontext.hpp>

#include "hazard.h"

namespace context = boost::context::detail;

namespace {

void run(context::transfer_t from) {
  for (;;) {
    churn(1, 9601);
    from = context::jump_fcontext(from.fctx, nullptr);
  }
}

}  // namespace

int main() {
  constexpr std::size_t kBytes = 16384;
  static char stack[kBytes];
  context::transfer_t fibre{context::make_fcontext(stack + kBytes, kBytes, run), nullptr};
  for (int i = 0; i < 100; ++i) fibre = context::jump_fcontext(fibre.fctx, nullptr);
  puts("ok");
}
