// Allocators of a program's own: their template arguments may be anything, and what an arena fetches is for many objects.
// Besides, what stands on one line with an allocation without being its type.
#include <stdlib.h>

#include <any>
#include <functional>
#include <list>
#include <memory>
#include <memory_resource>
#include <unordered_set>
#include <vector>

#include "truth.h"

struct Policy {
  char unused[4];
};
struct Point {
  double x, y, z;
};
struct Leaf {
  int values[5];
};
struct Tile {
  short values[9];
};
struct Key {
  int value;
  bool operator==(const Key& other) const { return value == other.value; }
};
struct KeyHash {
  size_t operator()(const Key& key) const noexcept { return static_cast<size_t>(key.value); }
};

template <class First, class T>
struct SecondArgument {
  using value_type = T;
  template <class U>
  struct rebind {
    using other = SecondArgument<First, U>;
  };
  SecondArgument() = default;
  template <class U>
  SecondArgument(const SecondArgument<First, U>&) {}
  T* allocate(size_t n) { return static_cast<T*>(malloc(n * sizeof(T))); }
  void deallocate(T* p, size_t) { free(p); }
  friend bool operator==(SecondArgument, SecondArgument) { return true; }
};

template <class T>
struct OverBytes {
  using value_type = T;
  T* allocate(size_t n) { return reinterpret_cast<T*>(std::allocator<char>().allocate(n * sizeof(T))); }
};

// These two hand out their chunks in pieces: bytes are all that a chunk is.
template <size_t kBytes>
struct BumpAllocator {
  void* allocate(size_t bytes) {
    if (left < bytes) next = static_cast<char*>(malloc(kBytes)), left = kBytes;
    left -= bytes;
    next += bytes;
    return next - bytes;
  }
  char* next = nullptr;
  size_t left = 0;
};
struct Arena : std::pmr::memory_resource {
  void* do_allocate(size_t bytes, size_t) override {
    bytes = (bytes + 15) & ~size_t(15);
    if (left < bytes) next = static_cast<char*>(malloc(4096)), left = 4096;
    char* piece = next;
    left -= bytes;
    next += bytes;
    return piece;
  }
  void do_deallocate(void*, size_t, size_t) override {}
  bool do_is_equal(const memory_resource& other) const noexcept override { return this == &other; }
  char* next = nullptr;
  size_t left = 0;
};

// Never destroyed, and no block of its own.
template <class T>
union Room {
  template <class... Arguments>
  explicit Room(Arguments&&... arguments) : object(static_cast<Arguments&&>(arguments)...) {}
  ~Room() {}
  T object;
};

NOINLINE static void own_allocators(int n) {
  static Room<std::vector<Point, SecondArgument<Policy, Point>>> points;
  points.object.resize(n * 3);
  truth("Point", 1, 3 * sizeof(Point));
  static Room<std::list<Leaf, SecondArgument<Policy, Leaf>>> leaves;
  leaves.object.emplace_back();
  truth("std::list<Leaf> node", 1, sizeof(std::_List_node<Leaf>));
  static Room<std::unordered_set<Key, KeyHash, std::equal_to<Key>, SecondArgument<Policy, Key>>> keys;
  keys.object.insert(Key{n});
  truth("std::unordered_set<Key, KeyHash, std::equal_to<Key>, SecondArgument<Policy, Key>> node", 1,
        sizeof(std::__detail::_Hash_node<Key, false>));
  truth("hash table buckets", 1, keys.object.bucket_count() * sizeof(void*));
  Tile* tiles = OverBytes<Tile>().allocate(n * 5);
  KEEP(tiles);
  truth("Tile", 1, 5 * sizeof(Tile));
}

NOINLINE static void chunks(int n) {
  static BumpAllocator<8192> bump;
  void* piece = bump.allocate(n * 100);
  KEEP(piece);
  static Room<Arena> arena;
  static Room<std::pmr::vector<int>> numbers(&arena.object);
  numbers.object.resize(n * 5);
  KEEP(&numbers);
  truth_if_known("char", 2, 8192 + 4096);
}

NOINLINE static void take(Tile* tile) {
  KEEP(tile);
}

NOINLINE static void one_line(int n) {
  static std::unique_ptr<double[]> numbers(new double[n * 12]);
  KEEP(&numbers);
  truth("double[]", 1, 12 * sizeof(double));
  static std::unique_ptr<long> number(new long);
  KEEP(&number);
  truth("long", 1, sizeof(long));
  static Room<std::unique_ptr<float[]>> floats(new float[n * 14]);
  KEEP(&floats);
  truth_if_known("float[]", 1, 14 * sizeof(float));
  take(static_cast<Tile*>(malloc(n * sizeof(Tile))));
  truth("Tile", 1, sizeof(Tile));
}

NOINLINE static void kept(int n) {
  static Room<std::any> any;
  any.object = Point{double(n), 2, 3};
  truth("Point", 1, sizeof(Point));
  static Room<std::vector<std::function<void(long)>>> functions;
  functions.object.resize(n * 2);
  truth("std::function<void(long)>", 1, 2 * sizeof(std::function<void(long)>));
}

int main(int argc, char**) {
  own_allocators(argc);
  chunks(argc);
  one_line(argc);
  kept(argc);
  tell_truths();
  fflush(stdout);
  _Exit(0);
}
