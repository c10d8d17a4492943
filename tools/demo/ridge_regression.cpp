// A ridge regression: which weights explain the observations, and how strongly should large weights be punished?
// Written as one writes numerical code with Eigen; memline's demonstration and its hard case: nothing here calls
// malloc, every allocation happens in a template that the compiler has inlined.
#include <Eigen/Dense>
#include <cstdio>
#include <limits>
#include <vector>

using Eigen::MatrixXd;
using Eigen::VectorXd;

struct Fit {
  VectorXd weights;
  double lambda;
  double error;
};

// Fits the first three quarters of the rows for every lambda, and keeps the fit with the least error on the rest.
Fit ridge_regression(const MatrixXd& x, const VectorXd& y, const std::vector<double>& lambdas) {
  const Eigen::Index fitted = x.rows() * 3 / 4;
  const Eigen::Index held_out = x.rows() - fitted;

  MatrixXd x_fit = x.topRows(fitted);
  VectorXd mean = x_fit.colwise().mean();
  x_fit.rowwise() -= mean.transpose();
  MatrixXd x_test = x.bottomRows(held_out);
  x_test.rowwise() -= mean.transpose();

  MatrixXd gram = x_fit.transpose() * x_fit;
  VectorXd moments = x_fit.transpose() * y.head(fitted);
  x_fit.resize(0, 0);

  std::vector<VectorXd> path;
  Fit best{VectorXd(), 0.0, std::numeric_limits<double>::infinity()};
  for (double lambda : lambdas) {
    MatrixXd punished = gram + lambda * MatrixXd::Identity(gram.rows(), gram.cols());
    Eigen::LLT<MatrixXd> factor(punished);
    VectorXd weights = factor.solve(moments);
    double error = (x_test * weights - y.tail(held_out)).norm();
    path.push_back(weights);
    if (error >= best.error) continue;
    best.error = error;
    best.lambda = lambda;
    best.weights = weights;
  }
  return best;
}

int main() {
  const Eigen::Index rows = 20000;
  const Eigen::Index columns = 400;
  std::srand(1);
  MatrixXd x = MatrixXd::Random(rows, columns);
  VectorXd truth = VectorXd::Random(columns);
  VectorXd y = x * truth + 5.0 * VectorXd::Random(rows);
  Fit fit = ridge_regression(x, y, {0.01, 0.1, 1.0, 10.0, 100.0, 1000.0});
  std::printf("lambda %g, error on held-out rows %.3f\n", fit.lambda, fit.error);
}
