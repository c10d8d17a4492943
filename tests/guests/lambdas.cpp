// Lambdas are rows of the function they are written in, wherever they are called from.
#include <cstdlib>

#include "guest.h"

namespace {

// recurses direct: the line of the call and the line in the lambda are both its rows
NOINLINE void direct() {
  auto get = [](std::size_t bytes) {
    void* p = std::malloc(bytes);  // expect direct: allocated=300 allocations=2 seen=2 peak=200
    KEEP(p);
    return p;
  };
  void* a = get(100);  // expect direct: allocated=100 allocations=1
  KEEP(a);
  void* b = get(200);  // expect direct: allocated=200 allocations=1
  KEEP(b);
  std::free(a);  // expect direct: freed=100 frees=1
  KEEP(0);
  std::free(b);  // expect direct: freed=200 frees=1
  KEEP(0);
}
// expect total direct: increment=0 allocated=300 freed=300 allocations=2 frees=2 peak=300 seen=1

template <class Action>
NOINLINE void three_times(Action action) {
  for (int i = 0; i < 3; ++i) {
    action(i);
    KEEP(0);
  }
}

// recurses through_template
NOINLINE void through_template() {
  void* block[3];
  KEEP(block);
  three_times([&](int i) {  // expect through_template: any
    block[i] = std::malloc(40);  // expect through_template: allocated=120 allocations=3 seen=1
    KEEP(block[i]);
  });  // expect through_template: any
  for (void* p : block) {
    std::free(p);  // expect through_template: freed=120 frees=3
    KEEP(0);
  }
}
// expect total through_template: increment=0 allocated=120 freed=120 allocations=3 frees=3 peak=120 seen=1

using Callback = void* (*)(std::size_t);

// recurses make_callback: its conversion to a pointer is a function too, and stands at the lambda's first line
NOINLINE Callback make_callback() {
  Callback callback = [](std::size_t bytes) {  // expect make_callback: any
    void* p = std::malloc(bytes);  // expect make_callback: allocated=70 allocations=1
    KEEP(p);
    return p;
  };  // expect make_callback: any
  OPAQUE(callback);
  return callback;
}

NOINLINE void call_later(Callback callback) {
  void* p = callback(70);  // expect call_later: allocated=70 allocations=1
  KEEP(p);
}

struct Table {
  void* rows;
};

// recurses only_inlined
ALWAYS_INLINE Table* only_inlined() {
  // clang describes the lambda in a function without a name: of this one nothing is left but inlined code.
  static Table* const table = [] {  // expect only_inlined: any
    auto* made = static_cast<Table*>(std::malloc(sizeof(Table)));  // expect only_inlined: allocated=8 allocations=1
    made->rows = std::malloc(80);  // expect only_inlined: allocated=80 allocations=1
    KEEP(made);
    return made;
  }();  // expect only_inlined: any
  return table;
}
// expect total only_inlined: increment=88 allocated=88 allocations=2 peak=88 seen=1

}  // namespace

int main() {
  direct();
  through_template();
  call_later(make_callback());
  KEEP(only_inlined());
  return 0;
}
