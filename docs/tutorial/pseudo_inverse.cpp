// The pseudo-inverse of a matrix by Newton's iteration: X <- X (2 I - A X).
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "matrix.h"

Matrix pseudo_inverse(const Matrix& a, int turns) {
  double squares = 0;
  for (double value : a.values) squares += value * value;
  Matrix x = transposed(a);
  for (double& value : x.values) value /= squares;
  for (int turn = 0; turn < turns; ++turn) {
    Matrix correction = a * x;
    for (double& value : correction.values) value = -value;
    for (std::size_t i = 0; i < correction.rows; ++i) correction.at(i, i) += 2;
    x = x * correction;
  }
  return x;
}

int main(int argc, char** argv) {
  const auto n = static_cast<std::size_t>(argc > 1 ? std::atoi(argv[1]) : 200);
  Matrix a(n, n);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) a.at(i, j) = i == j ? 2.0 : 1.0 / (1.0 + std::abs(double(i) - double(j)));
  }
  const Matrix inverse = pseudo_inverse(a, 20);
  const Matrix identity = a * inverse;
  std::printf("%.6f %.6f\n", identity.at(0, 0), identity.at(0, n - 1));
}
