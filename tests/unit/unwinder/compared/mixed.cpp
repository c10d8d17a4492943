// Standard-library work of many kinds: allocations deep inside libstdc++ and libc, callbacks through qsort, threads.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <locale>
#include <map>
#include <regex>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

namespace {

int compare_with_allocation(const void* left, const void* right) {
  const std::string a = std::to_string(*static_cast<const int*>(left)) + std::string(40, 'a');
  const std::string b = std::to_string(*static_cast<const int*>(right)) + std::string(40, 'a');
  return a.compare(b);
}

std::size_t work(unsigned seed) {
  std::map<std::string, std::vector<int>> tree;
  std::unordered_map<std::string, std::string> table;
  for (unsigned i = 0; i < 300; ++i) {
    const std::string key = "key number " + std::to_string((seed + i) * 7919 % 1009) + " of many";
    tree[key].push_back(static_cast<int>(i));
    table[key] += key;
  }
  std::vector<std::string> keys;
  for (const auto& [key, values] : tree) keys.push_back(key + std::to_string(values.size()));
  std::sort(keys.begin(), keys.end(), [](std::string a, std::string b) { return a > b; });
  std::vector<int> numbers;
  for (unsigned i = 0; i < 60; ++i) numbers.push_back(static_cast<int>(i * 31 % 61));
  std::qsort(numbers.data(), numbers.size(), sizeof numbers[0], compare_with_allocation);
  std::size_t matches = 0;
  const std::regex pattern("(key)\\s+(number)\\s+([0-9]+)\\s.*");
  for (std::size_t i = 0; i < 20 && i < keys.size(); ++i) matches += std::regex_match(keys[i], pattern);
  std::ostringstream text;
  text.imbue(std::locale::classic());
  for (const int number : numbers) text << number << ' ' << 1.5 * number << '\n';
  std::size_t caught = 0;
  for (int i = 0; i < 20; ++i) {
    try {
      if (std::stoi(keys.at(static_cast<std::size_t>(i * 100)).substr(0, 0)) == 0) ++matches;
    } catch (const std::exception& error) {
      caught += std::string(error.what()).size() != 0;
    }
  }
  std::function<std::size_t(std::size_t)> recurse = [&](std::size_t n) -> std::size_t {
    const std::vector<std::size_t> local(n + 1, n);
    return n == 0 ? 0 : local.back() + recurse(n - 1);
  };
  return matches + text.str().size() + caught + recurse(40) + table.size();
}

}  // namespace

int main() {
  std::size_t sum = work(1);
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < 2; ++i) threads.emplace_back([i] { std::printf("%zu\n", work(i)); });
  for (std::thread& thread : threads) thread.join();
  std::cout << sum << '\n';
  return 0;
}
