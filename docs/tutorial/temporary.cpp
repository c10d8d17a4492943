// d = a * b + c: how many arrays does that take?
#include <cstdio>
#include <vector>

using Array = std::vector<double>;

Array operator*(const Array& a, const Array& b) {
  Array result(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) result[i] = a[i] * b[i];
  return result;
}

Array operator+(const Array& a, const Array& b) {
  Array result(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) result[i] = a[i] + b[i];
  return result;
}

double whole_arrays(std::size_t n) {
  Array a(n, 1.0), b(n, 2.0), c(n, 3.0);
  Array d = a * b + c;
  return d.back();
}

double one_loop(std::size_t n) {
  Array a(n, 1.0), b(n, 2.0), c(n, 3.0);
  Array d(n);
  for (std::size_t i = 0; i < n; ++i) d[i] = a[i] * b[i] + c[i];
  return d.back();
}

int main() {
  constexpr std::size_t n = 10'000'000;
  const double with_temporary = whole_arrays(n);
  std::printf("%g %g\n", with_temporary, one_loop(n));
}
