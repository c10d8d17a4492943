// The sum of the elements above a threshold: with a mask and a copy, and without.
#include <cstdint>
#include <cstdio>
#include <vector>

using Array = std::vector<double>;

double with_mask(const Array& x) {
  std::vector<std::uint8_t> mask(x.size());
  std::size_t chosen = 0;
  for (std::size_t i = 0; i < x.size(); ++i) chosen += mask[i] = x[i] > 0.5;
  Array copy;
  copy.reserve(chosen);
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (mask[i]) copy.push_back(x[i]);
  }
  double sum = 0;
  for (double value : copy) sum += value;
  return sum;
}

double without_mask(const Array& x) {
  double sum = 0;
  for (double value : x) {
    if (value > 0.5) sum += value;
  }
  return sum;
}

int main() {
  Array x(8 << 20);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = i % 4 == 0 ? 1.0 : 0.0;
  const double masked = with_mask(x);
  std::printf("%g %g\n", masked, without_mask(x));
}
