// Two containers of pointers whose code the linker folds into one: nobody can tell the blocks apart.
#include <vector>

#include "truth.h"

struct Apple {
  int weight;
};
struct Pear {
  long weight;
};

template <class T>
NOINLINE void fill(std::vector<T*>& basket, T* one, int count) {
  for (int i = 0; i < count; ++i) basket.push_back(one);
}

static std::vector<Apple*>* apples;
static std::vector<Pear*>* pears;

int main(int argc, char**) {
  static Apple apple;
  static Pear pear;
  apples = new std::vector<Apple*>;
  pears = new std::vector<Pear*>;
  fill(*apples, &apple, argc + 15);
  fill(*pears, &pear, argc + 31);
  KEEP(apples);
  KEEP(pears);
  return 0;
}
