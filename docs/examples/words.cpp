#include <cstdio>
#include <cstdlib>
#include <map>
#include <random>
#include <vector>

__attribute__((noinline)) void count(unsigned long n) {
  std::vector<unsigned> text(n);
  std::mt19937 random(1);
  for (unsigned& word : text) word = random();
  std::map<unsigned, unsigned> seen;
  for (unsigned word : text) ++seen[word];
  std::vector<unsigned> histogram(256);
  for (const auto& [word, times] : seen) ++histogram[times % 256];
  std::printf("%u\n", histogram[1]);
}

int main(int, char** argv) {
  count(static_cast<unsigned long>(std::atof(argv[1])));
}
