// One call of a function has one row for each of its lines, in however many pieces and copies the compiler made it.
#include <cstdlib>
#include <new>

#include "guest.h"

namespace {

// gcc leaves the test at the callers and makes the rest a function, `fill.part.0`, that they call.
struct Cache {
  void* block = nullptr;

  void fill(int bytes) {
    if (block != nullptr) return;
    block = std::malloc(bytes);  // expect fill: allocated=40+50 allocations=2 seen=2 peak=50
    for (int i = 0; i < 3; ++i) {
      void* p = std::malloc(8);  // expect fill: allocated=6*8 allocations=6 seen=2 peak=24
      KEEP(p);
    }
    KEEP(block);
  }
};
// expect total fill: increment=40+50+48 peak=50+24 allocations=8 seen=2

// The rest is small: it goes back to where the test is, and stands in it as a call that nobody wrote.
struct Counted {
  int uses = 0;
  void* block = nullptr;

  void drop() {
    if (--uses > 0) return;
    std::free(block);  // expect drop: freed=70 frees=2 seen=2
    block = nullptr;
  }
};
// expect total drop: increment=-70 frees=2 seen=2

NOINLINE void first(Cache& cache, Counted& counted) {
  cache.fill(40);  // expect first: allocated=40+24 allocations=4
  counted.drop();  // expect first: freed=30 frees=1
  KEEP(0);
}

NOINLINE void second(Cache& cache, Counted& counted) {
  cache.fill(50);  // expect second: allocated=50+24 allocations=4
  counted.drop();  // expect second: freed=40 frees=1
  KEEP(0);
}

// The deleting copy of a destructor calls another one, as the complete one does where there are virtual bases, and as the
// complete copy of a constructor does in what clang does not optimize.
struct Base {
  virtual ~Base() = default;
};

struct Holder : virtual Base {
  void* block;

  NOINLINE Holder() {
    block = std::malloc(100);  // expect Holder: allocated=100 allocations=1
    KEEP(block);
  }

  NOINLINE ~Holder() override {
    std::free(block);  // expect ~Holder: freed=100 frees=1
    KEEP(0);
  }

  static void operator delete(void* /*object*/) {}
};
// expect total Holder: increment=100 seen=1
// expect total ~Holder: increment=-100 frees=1 seen=1

// Of a real recursion each line counts, through however many copies it goes.
// recurses ~Link
struct Link {
  void* block = std::malloc(10);
  Link* next;

  explicit Link(Link* of) : next(of) { KEEP(block); }

  NOINLINE virtual ~Link() {
    std::free(block);  // expect ~Link: freed=30 frees=3 seen=3
    delete next;       // expect ~Link: freed=20 frees=2
    KEEP(0);
  }

  static void operator delete(void* /*object*/) {}
};
// expect total ~Link: increment=-30 frees=3 seen=1

}  // namespace

int main() {
  Cache caches[2];
  Counted counted[2] = {{1, std::malloc(30)}, {1, std::malloc(40)}};
  KEEP(caches);
  KEEP(counted);
  first(caches[0], counted[0]);
  second(caches[1], counted[1]);

  alignas(16) static char room[4][64];
  Base* base = ::new (room[0]) Holder;
  OPAQUE(base);
  delete base;
  Link* link = nullptr;
  for (int i = 1; i < 4; ++i) link = ::new (room[i]) Link(link);
  OPAQUE(link);
  delete link;
  return 0;
}
