// Containers and smart pointers of the standard library: every block's type follows from a template argument.
#include <deque>
#include <forward_list>
#include <list>
#include <map>
#include <memory>
#include <memory_resource>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "truth.h"

namespace shapes {
struct Point {
  double x, y, z;
};
template <class T>
struct Pair {
  T first, second;
};
}  // namespace shapes

namespace {
struct Hidden {
  char text[48];
};
}  // namespace

struct Counted {
  explicit Counted(int start) : value(start) {}
  virtual ~Counted() = default;
  int value;
  char pad[100];
};
struct Shared {
  int value[10];
};
struct Row {
  short value[7];
};
struct Leaf {
  unsigned long value[3];
};
struct Later {
  char value[12];
};

template <class T>
struct OwnAllocator {
  using value_type = T;
  OwnAllocator() = default;
  template <class U>
  OwnAllocator(const OwnAllocator<U>&) {}
  T* allocate(size_t n) { return static_cast<T*>(::operator new(n * sizeof(T))); }
  void deallocate(T* p, size_t) { ::operator delete(p); }
  friend bool operator==(OwnAllocator, OwnAllocator) { return true; }
};

template <class T>
T& forever(T* object) {
  KEEP(object);
  return *object;
}
// Containers that are never destroyed and need no block themselves.
template <class T>
union Room {
  Room() {}
  ~Room() {}
  T object;
};
#define FOREVER(type, name)         \
  static Room<type> name##_room;    \
  new (&name##_room.object) type(); \
  type& name = name##_room.object

static_assert(sizeof(std::_Rb_tree_node<std::pair<const int, Leaf>>) == 32 + 32);

NOINLINE static void vectors() {
  FOREVER(std::vector<shapes::Point>, points);
  points.reserve(100);
  truth("shapes::Point", 1, 100 * sizeof(shapes::Point));
  FOREVER(std::vector<shapes::Pair<unsigned long>>, pairs);
  for (int i = 0; i < 33; ++i) pairs.push_back({});
  truth("shapes::Pair<unsigned long>", 1, 64 * sizeof(shapes::Pair<unsigned long>));
  FOREVER(std::vector<Hidden>, hidden);
  hidden.resize(5);
  truth("(anonymous namespace)::Hidden", 1, 5 * sizeof(Hidden));
  FOREVER(std::vector<std::vector<const char*>>, nested);
  nested.emplace_back(7);
  truth("std::vector<const char*>", 1, sizeof(std::vector<const char*>));
  truth("const char*", 1, 7 * sizeof(char*));
  using OwnRows = std::vector<Row, OwnAllocator<Row>>;
  FOREVER(OwnRows, rows);
  rows.resize(9);
  truth("Row", 1, 9 * sizeof(Row));
}

NOINLINE static void strings(const char* long_text) {
  FOREVER(std::string, text);
  text = long_text;
  text += long_text;
  FOREVER(std::vector<std::string>, texts);
  texts.reserve(3);
  texts.emplace_back(long_text);
  truth("std::string", 1, 3 * sizeof(std::string));
  // What a string asks for is its capacity and the end of the text.
  truth("char", 2, text.capacity() + 1 + texts[0].capacity() + 1);
}

NOINLINE static void trees() {
  using Leaves = std::map<int, Leaf>;
  FOREVER(Leaves, leaves);
  for (int i = 0; i < 10; ++i) leaves[i] = {};
  truth("std::map<int, Leaf> node", 10, 10 * sizeof(std::_Rb_tree_node<Leaves::value_type>));
  using Multi = std::multimap<std::string, long>;
  FOREVER(Multi, multi);
  for (int i = 0; i < 4; ++i) multi.emplace("same", i);
  truth("std::multimap<std::string, long> node", 4, 4 * sizeof(std::_Rb_tree_node<Multi::value_type>));
  FOREVER(std::set<shapes::Pair<int>*>, set);
  for (long i = 1; i < 4; ++i) set.insert(reinterpret_cast<shapes::Pair<int>*>(i * 8));
  truth("std::set<shapes::Pair<int>*> node", 3, 3 * sizeof(std::_Rb_tree_node<void*>));
  FOREVER(std::multiset<unsigned short>, multiset);
  multiset.insert(1);
  truth("std::multiset<unsigned short> node", 1, sizeof(std::_Rb_tree_node<short>));
}

NOINLINE static void lists() {
  FOREVER(std::list<Later>, list);
  for (int i = 0; i < 6; ++i) list.push_back({});
  truth("std::list<Later> node", 6, 6 * sizeof(std::_List_node<Later>));
  FOREVER(std::forward_list<long double>, forward);
  forward.push_front(1);
  truth("std::forward_list<long double> node", 1, sizeof(std::_Fwd_list_node<long double>));
  FOREVER(std::deque<float>, deque);
  for (int i = 0; i < 10; ++i) deque.push_back(1);
  truth("float", 1, 512);
  truth("float*", 1, 8 * sizeof(float*));
}

NOINLINE static void hashes() {
  using Map = std::unordered_map<int, Row>;
  FOREVER(Map, map);
  map.reserve(50);
  for (int i = 0; i < 20; ++i) map[i] = {};
  truth("std::unordered_map<int, Row> node", 20, 20 * sizeof(std::__detail::_Hash_node<Map::value_type, false>));
  FOREVER(std::unordered_set<std::string>, set);
  set.reserve(20);
  set.insert("a");
  truth("std::unordered_set<std::string> node", 1, sizeof(std::__detail::_Hash_node<std::string, true>));
  truth("hash table buckets", 2, (map.bucket_count() + set.bucket_count()) * sizeof(void*));
}

NOINLINE static void pointers() {
  FOREVER(std::unique_ptr<Counted>, unique);
  unique = std::make_unique<Counted>(1);
  truth("Counted", 1, sizeof(Counted));
  FOREVER(std::unique_ptr<Later[]>, array);
  array = std::make_unique<Later[]>(11);
  truth("Later[]", 1, 11 * sizeof(Later));
  FOREVER(std::shared_ptr<Shared>, shared);
  shared = std::make_shared<Shared>();
  truth("Shared", 1, 16 + sizeof(Shared));
}

NOINLINE static void resources() {
  FOREVER(std::pmr::vector<wchar_t>, wide);
  wide.resize(77);
  truth("wchar_t", 1, 77 * sizeof(wchar_t));
}

int main(int argc, char** argv) {
  vectors();
  strings(argc > 90 ? argv[0] : "a text that is too long for the object itself");
  trees();
  lists();
  hashes();
  pointers();
  resources();
  tell_truths();
  return 0;
}
