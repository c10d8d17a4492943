// The same numbers added up along the rows of a table and along its columns.
#include <memline/marker.h>

#include <cstddef>
#include <cstdio>
#include <vector>

constexpr std::size_t kSide = 4096;

double add_rows(const std::vector<float>& table) {
  memline::Span span("rows");
  double sum = 0;
  for (std::size_t row = 0; row < kSide; ++row) {
    for (std::size_t column = 0; column < kSide; ++column) sum += table[row * kSide + column];
  }
  return sum;
}

double add_columns(const std::vector<float>& table) {
  memline::Span span("columns");
  double sum = 0;
  for (std::size_t column = 0; column < kSide; ++column) {
    for (std::size_t row = 0; row < kSide; ++row) sum += table[row * kSide + column];
  }
  return sum;
}

int main() {
  const std::vector<float> table(kSide * kSide, 1.0F);
  std::printf("%.0f\n", add_rows(table));
  std::printf("%.0f\n", add_columns(table));
}
