// What programs of today take from the standard library, once each: closures that own memory, variants, pools, threads.
// tests/oracle compares it.
#include <algorithm>
#include <any>
#include <deque>
#include <functional>
#include <future>
#include <iostream>
#include <list>
#include <map>
#include <memory_resource>
#include <numeric>
#include <optional>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <unordered_map>
#include <variant>
#include <vector>
template <class T, int N>
struct Grid {
  std::vector<std::vector<T>> cells;
  Grid() {
    for (int i = 0; i < N; ++i) {
      cells.emplace_back(N, T{});
    }
  }
  Grid operator+(const Grid& o) const {
    Grid r = *this;
    for (int i = 0; i < N; ++i) {
      for (int j = 0; j < N; ++j) r.cells[i][j] += o.cells[i][j];
    }
    return r;
  }
};
struct Base {
  virtual ~Base() = default;
  virtual std::string name() const = 0;
};
template <class T>
struct Derived : Base {
  std::vector<T> data;
  explicit Derived(size_t n) : data(n) {}
  std::string name() const override {
    std::ostringstream out;
    out << "derived of " << sizeof(T) << " with a long name " << data.size();
    return out.str();
  }
};
using V = std::variant<int, std::string, std::vector<int>>;
static std::map<std::string, std::function<V(int)>> table() {
  std::map<std::string, std::function<V(int)>> t;
  std::string captured(64, 'c');
  t["int"] = [](int i) { return V(i); };
  t["string"] = [captured](int i) { return V(captured + std::to_string(i)); };
  t["vector"] = [captured](int i) {
    std::vector<int> v(i);
    std::iota(v.begin(), v.end(), 0);
    return V(v);
  };
  return t;
}
static size_t words(const std::string& text) {
  std::regex word("[a-z]+[0-9]*");
  std::unordered_map<std::string, int> seen;
  for (std::sregex_iterator it(text.begin(), text.end(), word), end; it != end; ++it) {
    ++seen[it->str()];
  }
  return seen.size();
}
static int pmr_sum() {
  std::pmr::monotonic_buffer_resource pool(1024);
  std::pmr::list<std::pmr::string> all(&pool);
  for (int i = 0; i < 50; ++i) {
    all.emplace_back("a string that is too long for the small buffer");
  }
  return (int)all.size();
}
int main() {
  Grid<double, 20> a, b;
  auto c = a + b;
  std::vector<std::unique_ptr<Base>> shapes;
  shapes.push_back(std::make_unique<Derived<int>>(100));
  shapes.push_back(std::make_unique<Derived<double>>(50));
  size_t n = 0;
  for (const auto& s : shapes) n += s->name().size();
  auto t = table();
  for (auto& [k, f] : t) {
    V v = f(10);
    n += v.index();
  }
  n += words("the quick brown fox1 jumps over the lazy dog2 while the other waits");
  n += pmr_sum();
  std::promise<std::string> p;
  auto future = p.get_future();
  std::thread th([&p] { p.set_value(std::string(200, 'p')); });
  th.join();  // first, so that no two calls are in flight at the same moment
  n += future.get().size();
  std::vector<int> all(100);
  std::iota(all.begin(), all.end(), 0);
  std::deque<int> d;
  std::copy_if(all.begin(), all.end(), std::back_inserter(d), [](int i) { return i % 2 == 0; });
  std::set<int> s(d.begin(), d.end());
  std::any any = std::string(100, 'a');
  std::optional<std::vector<int>> o(std::in_place, 10);
  std::sort(d.begin(), d.end(), std::greater<>());
  std::stable_sort(d.begin(), d.end());
  std::cout << n + d.size() + s.size() + o->size() + c.cells.size() << "\n";
}
