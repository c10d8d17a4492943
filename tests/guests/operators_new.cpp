// Every form of operator new and delete, seen through the malloc calls they make.
#include <cstddef>
#include <new>

#include "guest.h"

namespace {

struct alignas(64) Wide {
  char bytes[192];
};
struct WithDestructor {
  char bytes[24];
  ~WithDestructor() { KEEP(this); }
};

NOINLINE void expressions() {
  char* one = new char;  // expect expressions: allocated=1 allocations=1
  KEEP(one);
  int* array = new int[100];  // expect expressions: allocated=400 allocations=1
  KEEP(array);
  auto* with_cookie = new WithDestructor[10];  // expect expressions: allocated=10*24+8 allocations=1
  KEEP(with_cookie);
  auto* wide = new Wide;  // expect expressions: allocated=192 allocations=1
  KEEP(wide);
  auto* wide_array = new Wide[3];  // expect expressions: allocated=3*192 allocations=1
  KEEP(wide_array);
  auto* quiet = new (std::nothrow) char[77];  // expect expressions: allocated=77 allocations=1
  KEEP(quiet);
  delete one;  // expect expressions: freed=1 frees=1
  KEEP(0);
  delete[] array;  // expect expressions: freed=400 frees=1
  KEEP(0);
  delete[] with_cookie;  // expect expressions: freed=10*24+8 frees=1
  KEEP(0);
  delete wide;  // expect expressions: freed=192 frees=1
  KEEP(0);
  delete[] wide_array;  // expect expressions: freed=3*192 frees=1
  KEEP(0);
  delete[] quiet;  // expect expressions: freed=77 frees=1
  KEEP(0);
}
// expect total expressions: increment=0 allocated=1494 freed=1494 allocations=6 frees=6 seen=1 peak=1494

NOINLINE void functions() {
  void* a = ::operator new(100);  // expect functions: allocated=100 allocations=1
  KEEP(a);
  void* b = ::operator new[](200);  // expect functions: allocated=200 allocations=1
  KEEP(b);
  void* c = ::operator new(300, std::nothrow);  // expect functions: allocated=300 allocations=1
  KEEP(c);
  void* d = ::operator new[](400, std::nothrow);  // expect functions: allocated=400 allocations=1
  KEEP(d);
  void* e = ::operator new(512, std::align_val_t{128});  // expect functions: allocated=512 allocations=1
  KEEP(e);
  void* f = ::operator new[](640, std::align_val_t{128});  // expect functions: allocated=640 allocations=1
  KEEP(f);
  void* g = ::operator new(768, std::align_val_t{128}, std::nothrow);  // expect functions: allocated=768 allocations=1
  KEEP(g);
  void* h = ::operator new[](896, std::align_val_t{128}, std::nothrow);  // expect functions: allocated=896 allocations=1
  KEEP(h);
  ::operator delete(a);  // expect functions: freed=100 frees=1
  KEEP(0);
  ::operator delete[](b, std::size_t{200});  // expect functions: freed=200 frees=1
  KEEP(0);
  ::operator delete(c, std::nothrow);  // expect functions: freed=300 frees=1
  KEEP(0);
  ::operator delete[](d, std::nothrow);  // expect functions: freed=400 frees=1
  KEEP(0);
  ::operator delete(e, std::align_val_t{128});  // expect functions: freed=512 frees=1
  KEEP(0);
  ::operator delete[](f, std::size_t{640}, std::align_val_t{128});  // expect functions: freed=640 frees=1
  KEEP(0);
  ::operator delete(g, std::align_val_t{128}, std::nothrow);  // expect functions: freed=768 frees=1
  KEEP(0);
  ::operator delete[](h, std::align_val_t{128}, std::nothrow);  // expect functions: freed=896 frees=1
  KEEP(0);
}
// expect total functions: increment=0 allocated=3816 freed=3816 allocations=8 frees=8

NOINLINE bool failing() {
  std::size_t huge = static_cast<std::size_t>(-1) / 4;
  OPAQUE(huge);
  void* p = ::operator new(huge, std::nothrow);
  KEEP(p);
  return p == nullptr;
}

}  // namespace

int main() {
  expressions();
  functions();
  return failing() ? 0 : 1;
}
