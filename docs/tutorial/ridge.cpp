// Ridge regression: the weights w that minimize |X w - y|^2 + lambda |w|^2.
#include <cmath>
#include <cstdio>

#include "matrix.h"

// The lower triangular L with L * L' = a.
Matrix cholesky(const Matrix& a) {
  Matrix lower(a.rows, a.rows);
  for (std::size_t i = 0; i < a.rows; ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      double sum = a.at(i, j);
      for (std::size_t k = 0; k < j; ++k) sum -= lower.at(i, k) * lower.at(j, k);
      lower.at(i, j) = i == j ? std::sqrt(sum) : sum / lower.at(j, j);
    }
  }
  return lower;
}

Matrix solve(const Matrix& lower, Matrix b) {
  const std::size_t n = lower.rows;
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t k = 0; k < i; ++k) b.at(i, 0) -= lower.at(i, k) * b.at(k, 0);
    b.at(i, 0) /= lower.at(i, i);
  }
  for (std::size_t i = n; i-- > 0;) {
    for (std::size_t k = i + 1; k < n; ++k) b.at(i, 0) -= lower.at(k, i) * b.at(k, 0);
    b.at(i, 0) /= lower.at(i, i);
  }
  return b;
}

Matrix ridge_regression(const Matrix& x, const Matrix& y, double lambda) {
  Matrix gram = transposed(x) * x;
  for (std::size_t i = 0; i < gram.rows; ++i) gram.at(i, i) += lambda;
  Matrix moments = transposed(x) * y;
  Matrix lower = cholesky(gram);
  Matrix weights = solve(lower, moments);
  return weights;
}

int main() {
  constexpr std::size_t samples = 20000, features = 64;
  Matrix x(samples, features), y(samples, 1);
  for (std::size_t i = 0; i < samples; ++i) {
    for (std::size_t j = 0; j < features; ++j) x.at(i, j) = std::sin(static_cast<double>(i * (j + 1)));
    y.at(i, 0) = x.at(i, 0) - 2 * x.at(i, 1);
  }
  const Matrix weights = ridge_regression(x, y, 0.001);
  std::printf("%.3f %.3f\n", weights.at(0, 0), weights.at(1, 0));
}
