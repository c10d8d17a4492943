// Objects made by new: what the constructor, the variable or the result says.
#include <memory>
#include <new>

#include "truth.h"

extern "C" int puts(const char*);

namespace shop {
struct Item {  // its constructor is inlined
  Item(int a, int b) : first(a), second(b) {}
  int first, second;
  double price = 1.5;
};
struct Order {  // its constructor is called
  Order();
  long lines[6];
};
NOINLINE Order::Order() {
  for (long& line : lines) line = 1;
  KEEP(this);
}
struct Base {
  explicit Base(int tag) : tag(tag) {}
  virtual ~Base() {}
  int tag;
};
struct Derived : Base {
  explicit Derived(int tag) : Base(tag), more{} {}
  ~Derived() override {}
  char more[40];
};
}  // namespace shop

struct Plain {
  short values[11];
};
struct Zeroed {
  int values[13];
};
struct Guarded {  // arrays of it begin with their length
  Guarded() : value(7) {}
  ~Guarded() { KEEP(this); }
  int value;
  int other;
  int third;
};
struct Field {
  float values[5];
};
struct Holder {
  Field* field;
  Field* fields[4];
};
struct Global {
  char values[36];
};
struct Made {
  char values[52];
};
struct Checked {
  char values[68];
};
struct Owned {
  explicit Owned(int a) : value(a) {}
  int value;
  int filler[20];
};
struct Aligned {
  alignas(64) char values[128];
};

Holder holder;
Global* global;

NOINLINE static void constructed(int n) {
  auto* item = new shop::Item(n, 2);
  KEEP(item);
  truth("shop::Item", 1, sizeof(shop::Item));
  auto* order = new shop::Order;
  KEEP(order);
  truth("shop::Order", 1, sizeof(shop::Order));
  shop::Base* base = new shop::Derived(n);
  KEEP(base);
  truth("shop::Derived", 1, sizeof(shop::Derived));
  std::unique_ptr<Owned> owned(new Owned(n));
  KEEP(owned.get());
  owned.release();
  truth("Owned", 1, sizeof(Owned));
  auto* guarded = new Guarded[n + 4];
  KEEP(guarded);
  truth("Guarded[]", 1, 8 + (n + 4) * sizeof(Guarded));
}

NOINLINE static void plain(int n) {
  Plain* one = new Plain;
  one->values[0] = 1;
  KEEP(one);
  truth("Plain", 1, sizeof(Plain));
  Zeroed* zeroed = new Zeroed();
  KEEP(zeroed);
  truth("Zeroed", 1, sizeof(Zeroed));
  double* numbers = new double[n + 30];
  numbers[0] = 1;
  KEEP(numbers);
  truth("double[]", 1, (n + 30) * sizeof(double));
  char** names = new char*[n + 6];
  names[0] = nullptr;
  KEEP(names);
  truth("char*[]", 1, (n + 6) * sizeof(char*));
  Aligned* aligned = new Aligned;
  KEEP(aligned);
  truth("Aligned", 1, sizeof(Aligned));
}

NOINLINE static void stored(Holder* into, int n) {
  into->field = new Field;
  KEEP(into->field);
  into->fields[n] = new Field;
  KEEP(into->fields[n]);
  truth("Field", 2, 2 * sizeof(Field));
  global = new Global;
  KEEP(global);
  truth("Global", 1, sizeof(Global));
}

NOINLINE static Made* make() {
  return new Made;
}
NOINLINE static Checked* make_checked() {
  return new (std::nothrow) Checked;
}

NOINLINE static void returned() {
  Made* made = make();
  KEEP(made);
  truth("Made", 1, sizeof(Made));
  Checked* checked = make_checked();
  if (!checked) puts("no memory");
  KEEP(checked);
  truth("Checked", 1, sizeof(Checked));
}

int main(int argc, char**) {
  constructed(argc);
  plain(argc);
  stored(&holder, argc);
  returned();
  tell_truths();
  return 0;
}
