// Containers whose code the compiler inlines into the user's function: the user's line has the bytes.
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "guest.h"

namespace {

NOINLINE void vectors() {
  std::vector<int> v;
  v.reserve(100);  // expect vectors: allocated=400 allocations=1
  KEEP(v.data());
  for (int i = 0; i < 100; ++i) v.push_back(i);
  KEEP(v.data());
  v.push_back(100);  // expect vectors: allocated=800 freed=400 allocations=1 frees=1 peak=800
  KEEP(v.data());
  std::vector<int>().swap(v);  // expect vectors: freed=800 frees=1
  KEEP(v.data());
  for (int i = 0; i < 16; ++i) {
    v.push_back(i);  // expect vectors: allocated=4*31 freed=4*15 allocations=5 frees=4 peak=4*24 seen=1
    KEEP(v.data());
  }
  v.resize(1000);  // expect vectors: allocated=4000 freed=64 allocations=1 frees=1 peak=4000
  KEEP(v.data());
  std::vector<int>().swap(v);  // expect vectors: freed=4000 frees=1
  KEEP(v.data());
}
// expect total vectors: increment=0 allocated=5324 freed=5324 allocations=8 frees=8 peak=4064 seen=1

NOINLINE void strings() {
  std::string s;
  s.assign(100, 'x');  // expect strings: allocated=101 allocations=1
  KEEP(s.data());
  s.reserve(1000);  // expect strings: allocated=1001 freed=101 allocations=1 frees=1 peak=1001
  KEEP(s.data());
  std::string copy(s);  // expect strings: allocated=101 allocations=1
  KEEP(copy.data());
  std::string().swap(s);  // expect strings: freed=1001 frees=1
  KEEP(s.data());
  std::string().swap(copy);  // expect strings: freed=101 frees=1
  KEEP(copy.data());
}

NOINLINE void nodes() {
  std::map<int, int> m;
  for (int i = 0; i < 10; ++i) {
    m[i] = i;  // expect nodes: allocated=10*40 allocations=10
    KEEP(&m);
  }
  m.erase(3);  // expect nodes: freed=40 frees=1
  KEEP(&m);
  m.clear();  // expect nodes: freed=9*40 frees=9
  KEEP(&m);
}

NOINLINE void pointers() {
  auto unique = std::make_unique<int[]>(50);  // expect pointers: allocated=200 allocations=1
  KEEP(unique.get());
  auto shared = std::make_shared<int>(1);  // expect pointers: allocated=24 allocations=1
  KEEP(shared.get());
  unique.reset();  // expect pointers: freed=200 frees=1
  KEEP(&unique);
  shared.reset();  // expect pointers: freed=24 frees=1
  KEEP(&shared);
}

}  // namespace

int main() {
  vectors();
  strings();
  nodes();
  pointers();
  return 0;
}
