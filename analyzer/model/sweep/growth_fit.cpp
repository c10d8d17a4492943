#include "model/sweep/growth_fit.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <vector>

namespace memline::model {
namespace {

/// A worse fit is none.
constexpr double kMostError = 0.35;
/// As good as exact.
constexpr double kGoodError = 0.02;

/// Of an exponent that says anything.
constexpr double kWidestInterval = 0.5;

constexpr std::array kLaws = {GrowthLaw::kConstant, GrowthLaw::kLogarithmic, GrowthLaw::kLinear,
                              GrowthLaw::kLinearithmic, GrowthLaw::kQuadratic};

struct Point {
  double n = 0, value = 0;
};

double law_at(GrowthLaw law, double n) {
  switch (law) {
    case GrowthLaw::kLogarithmic:
      return std::log2(n);
    case GrowthLaw::kLinear:
      return n;
    case GrowthLaw::kLinearithmic:
      return n * std::log2(n);
    case GrowthLaw::kQuadratic:
      return n * n;
    default:
      return 0;
  }
}

/// Least squares of (constant + factor * law - value) / value, neither coefficient negative.
GrowthFit fit_law(GrowthLaw law, const std::vector<Point>& points) {
  double sum_11 = 0, sum_1f = 0, sum_ff = 0, sum_1 = 0, sum_f = 0;
  for (const Point& point : points) {
    const double one = 1 / point.value, f = law_at(law, point.n) / point.value;
    sum_11 += one * one;
    sum_1f += one * f;
    sum_ff += f * f;
    sum_1 += one;
    sum_f += f;
  }
  GrowthFit fit;
  fit.law = law;
  const double determinant = sum_11 * sum_ff - sum_1f * sum_1f;
  if (determinant > 1e-12 * sum_11 * sum_ff) {
    fit.constant = (sum_1 * sum_ff - sum_f * sum_1f) / determinant;
    fit.factor = (sum_f * sum_11 - sum_1 * sum_1f) / determinant;
  }
  if (sum_ff > 0 && (fit.constant < 0 || (fit.constant == 0 && fit.factor == 0))) {
    fit.constant = 0;
    fit.factor = sum_f / sum_ff;
  }
  if (sum_ff == 0 || fit.factor < 0) {
    fit.factor = 0;
    fit.constant = sum_1 / sum_11;
  }
  double squares = 0;
  for (const Point& point : points) {
    const double error = (fit.constant + fit.factor * law_at(law, point.n)) / point.value - 1;
    squares += error * error;
  }
  fit.error = std::sqrt(squares / static_cast<double>(points.size()));
  return fit;
}

/// The 0.975 quantile of Student's distribution (any table of it); 1.96 is the normal one's.
double student_975(std::size_t degrees) {
  constexpr std::array kQuantiles = {12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228,
                                     2.201,  2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086};
  if (degrees == 0) return INFINITY;
  if (degrees <= kQuantiles.size()) return kQuantiles[degrees - 1];
  return 1.96 + 2.5 / static_cast<double>(degrees);  // 2.086 at 20, above the true value beyond
}

struct PowerFit {
  Exponent exponent;
  double factor = 0;
};

std::optional<PowerFit> fit_power(const std::vector<Point>& points) {
  const auto count = static_cast<double>(points.size());
  double mean_x = 0, mean_y = 0;
  for (const Point& point : points) {
    mean_x += std::log(point.n) / count;
    mean_y += std::log(point.value) / count;
  }
  double xx = 0, xy = 0;
  for (const Point& point : points) {
    const double x = std::log(point.n) - mean_x;
    xx += x * x;
    xy += x * (std::log(point.value) - mean_y);
  }
  if (!(xx > 0)) return std::nullopt;
  PowerFit fit;
  fit.exponent.value = xy / xx;
  fit.factor = std::exp(mean_y - fit.exponent.value * mean_x);
  if (points.size() < 3) return fit;
  double residuals = 0;
  for (const Point& point : points) {
    const double residual = std::log(point.value / fit.factor) - fit.exponent.value * std::log(point.n);
    residuals += residual * residual;
  }
  const double half = student_975(points.size() - 2) * std::sqrt(residuals / (count - 2) / xx);
  fit.exponent.low = fit.exponent.value - half;
  fit.exponent.high = fit.exponent.value + half;
  return fit;
}

}  // namespace

GrowthFit fit_growth(std::span<const double> n, std::span<const double> values, double noise) {
  std::vector<Point> points;
  for (std::size_t i = 0; i < std::min(n.size(), values.size()); ++i) {
    if (n[i] > 0 && values[i] > 0 && std::isfinite(values[i])) points.push_back({n[i], values[i]});
  }
  GrowthFit chosen;
  const std::optional<PowerFit> power = points.size() < 2 ? std::nullopt : fit_power(points);
  if (points.size() >= 3 && power) {
    std::array<GrowthFit, kLaws.size()> fits;
    std::transform(kLaws.begin(), kLaws.end(), fits.begin(), [&](GrowthLaw law) { return fit_law(law, points); });
    const double best = std::min_element(fits.begin(), fits.end(), [](const GrowthFit& a, const GrowthFit& b) {
                          return a.error < b.error;
                        })->error;
    const double most_error = std::max({kGoodError, 2 * best, 2 * noise});
    const auto simplest =
        std::find_if(fits.begin(), fits.end(), [most_error](const GrowthFit& fit) { return fit.error <= most_error; });
    chosen = *simplest;
    if (noise > 0 && chosen.law == GrowthLaw::kConstant && chosen.error > kGoodError) {
      chosen = {};
    } else if (chosen.error > kMostError) {
      const bool certain = *power->exponent.high - *power->exponent.low <= kWidestInterval;
      chosen = {certain ? GrowthLaw::kPower : GrowthLaw::kUnknown, 0, power->factor, chosen.error, {}};
    }
  }
  if (power) chosen.exponent = power->exponent;
  return chosen;
}

std::optional<double> GrowthFit::at(double n) const {
  if (law == GrowthLaw::kUnknown) return std::nullopt;
  if (law == GrowthLaw::kPower) return factor * std::pow(n, exponent->value);
  return constant + factor * law_at(law, n);
}

double GrowthFit::order() const {
  constexpr double kLogarithm = 0.01;  // above any constant, below any power
  switch (law) {
    case GrowthLaw::kConstant:
      return 0;
    case GrowthLaw::kLogarithmic:
      return kLogarithm;
    case GrowthLaw::kLinear:
      return 1;
    case GrowthLaw::kLinearithmic:
      return 1 + kLogarithm;
    case GrowthLaw::kQuadratic:
      return 2;
    case GrowthLaw::kPower:
    case GrowthLaw::kUnknown:
      break;
  }
  return exponent ? exponent->value : 0;
}

std::string growth_name(const GrowthFit& fit) {
  switch (fit.law) {
    case GrowthLaw::kUnknown:
      return {};
    case GrowthLaw::kConstant:
      return "O(1)";
    case GrowthLaw::kLogarithmic:
      return "O(log n)";
    case GrowthLaw::kLinear:
      return "O(n)";
    case GrowthLaw::kLinearithmic:
      return "O(n log n)";
    case GrowthLaw::kQuadratic:
      return "O(n^2)";
    case GrowthLaw::kPower:
      break;
  }
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "n^%.2f", fit.exponent->value);
  return text.data();
}

}  // namespace memline::model
