// b = a * 2, c = sqrt(b): with an array for each result, and in place.
#include <cmath>
#include <cstdio>
#include <vector>

using Array = std::vector<double>;

Array twice(const Array& a) {
  Array result(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) result[i] = a[i] * 2;
  return result;
}

Array root(const Array& a) {
  Array result(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) result[i] = std::sqrt(a[i]);
  return result;
}

double three_arrays(std::size_t n) {
  Array a(n, 1.0);
  Array b = twice(a);
  Array c = root(b);
  return c.back();
}

double in_place(std::size_t n) {
  Array a(n, 1.0);
  for (double& x : a) x *= 2;
  for (double& x : a) x = std::sqrt(x);
  return a.back();
}

int main() {
  constexpr std::size_t n = 10'000'000;
  const double out_of_place = three_arrays(n);
  std::printf("%g %g\n", out_of_place, in_place(n));
}
