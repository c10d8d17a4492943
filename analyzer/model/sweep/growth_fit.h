/// \file fit_growth(): how a quantity grows with the size of the input. Pure.
///
/// Each law is fitted as value = constant + factor * law(n), neither negative, so that the relative errors squared are
/// least: what matters at n = 1000 matters as much as at 10^6. The simplest law whose error is within twice the best one's
/// is taken: more the data cannot tell apart. Of values that are not exact no law is known where none of them stands out
/// of the noise. The exponent is the slope of log(value) over log(n) with its 95 % confidence
/// interval from Student's distribution; the constant part is in it, so below a large constant it is small.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace memline::model {

/// In order of growth.
enum class GrowthLaw : std::uint8_t { kUnknown, kConstant, kLogarithmic, kLinear, kLinearithmic, kQuadratic, kPower };

struct Exponent {
  double value = 0;
  std::optional<double> low, high;  ///< null below three points
};

struct GrowthFit {
  GrowthLaw law = GrowthLaw::kUnknown;  ///< kPower: none of the laws fits; kUnknown: that cannot be told
  double constant = 0, factor = 0;      ///< of the law; of kPower: value = factor * n^exponent
  double error = 0;                     ///< relative, root of the mean square
  std::optional<Exponent> exponent;     ///< null below two points

  /// What the law says for n; nullopt where it is unknown.
  std::optional<double> at(double n) const;
  /// The power of n that wins in the end; for comparing.
  double order() const;
};

/// Points whose value is not positive are left out: the quantity was not there. `noise`: the standard error of a value,
/// relative; 0: they are exact.
GrowthFit fit_growth(std::span<const double> n, std::span<const double> values, double noise = 0);

/// "O(n log n)"; "n^1.37" for a power; "" for unknown.
std::string growth_name(const GrowthFit& fit);

}  // namespace memline::model
