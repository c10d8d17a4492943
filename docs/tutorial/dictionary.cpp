// A dictionary of a million entries of 8 bytes each.
#include <cstdint>
#include <cstdio>
#include <unordered_map>

using Dictionary = std::unordered_map<std::int32_t, std::int32_t>;

Dictionary make_dictionary(std::int32_t entries) {
  Dictionary dictionary;
  for (std::int32_t key = 0; key < entries; ++key) {
    dictionary.emplace(key, key * 2);
  }
  return dictionary;
}

int main() {
  const Dictionary dictionary = make_dictionary(1'000'000);
  std::printf("%zu entries\n", dictionary.size());
}
