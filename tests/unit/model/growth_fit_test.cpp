#include "model/sweep/growth_fit.h"

#include <cmath>
#include <functional>
#include <vector>

#include "model/sweep/sweep_model.h"
#include "support/catch.h"

namespace memline::model {
namespace {

const std::vector<double> kSizes = {1e3, 3e3, 1e4, 3e4, 1e5, 1e6};

GrowthFit fit(const std::function<double(double)>& law, const std::vector<double>& sizes = kSizes) {
  std::vector<double> values;
  for (const double n : sizes) values.push_back(law(n));
  return fit_growth(sizes, values);
}

bool near(double a, double b) {
  return std::abs(a - b) < 1e-6 * std::max(1.0, std::abs(b));
}

TEST_CASE("each law is recognized, alone and beside a constant") {
  for (const double constant : {0.0, 70000.0}) {
    INFO(constant);
    CHECK(growth_name(fit([&](double) { return constant + 5; })) == "O(1)");
    CHECK(growth_name(fit([&](double n) { return constant + 40000 * std::log2(n); })) == "O(log n)");
    CHECK(growth_name(fit([&](double n) { return constant + 8 * n; })) == "O(n)");
    CHECK(growth_name(fit([&](double n) { return constant + 8 * n * std::log2(n); })) == "O(n log n)");
    CHECK(growth_name(fit([&](double n) { return constant + n * n; })) == "O(n^2)");
  }
  const GrowthFit linear = fit([](double n) { return 70000 + 8 * n; });
  CHECK(near(linear.constant, 70000));
  CHECK(near(linear.factor, 8));
  CHECK(linear.error < 1e-9);
  CHECK(near(*linear.at(2e6), 70000 + 16e6));
}

TEST_CASE("what follows no law is a power, with its exponent") {
  const GrowthFit power = fit([](double n) { return 3 * std::pow(n, 1.5); });
  CHECK(growth_name(power) == "n^1.50");
  CHECK(near(power.exponent->value, 1.5));
  CHECK(near(*power.exponent->low, 1.5));
  CHECK(near(*power.exponent->high, 1.5));
  CHECK(near(*power.at(1e4), 3e6));
  CHECK(growth_name(fit([](double n) { return n * n * n; })) == "n^3.00");
}

TEST_CASE("the exponent's interval is Student's") {
  // log10: n 0, 1, 2, 3; values 0, 1, 2, 3 with +0.1, -0.1, -0.1, +0.1, which is orthogonal to n: slope 1;
  // residuals 0.1 each, s^2 = 0.04 / 2, xx = 5, standard error sqrt(0.004), t(2) = 4.303
  const std::vector<double> n = {1, 10, 100, 1000};
  std::vector<double> values;
  for (const double power : {0.1, 0.9, 1.9, 3.1}) values.push_back(std::pow(10, power));
  const GrowthFit noisy = fit_growth(n, values);
  CHECK(near(noisy.exponent->value, 1));
  CHECK(near(*noisy.exponent->high - noisy.exponent->value, 4.303 * std::sqrt(0.004)));
}

TEST_CASE("a vector that doubles its room is linear") {
  CHECK(growth_name(fit([](double n) { return std::exp2(std::ceil(std::log2(8 * n))); })) == "O(n)");
}

TEST_CASE("too few points tell no law") {
  CHECK(growth_name(fit([](double n) { return n; }, {10, 100})).empty());
  CHECK(near(fit([](double n) { return n * n; }, {10, 100}).exponent->value, 2));
  CHECK_FALSE(fit([](double n) { return n * n; }, {10, 100}).exponent->low);
  CHECK_FALSE(fit([](double n) { return n; }, {10}).exponent);
  CHECK_FALSE(fit([](double) { return 0.0; }).exponent);
  CHECK_FALSE(fit([](double) { return 0.0; }).at(5));
  // nothing but noise
  const GrowthFit noise = fit_growth(std::vector<double>{1, 2, 3, 4}, std::vector<double>{1, 9, 1, 9});
  CHECK(growth_name(noise).empty());
}

TEST_CASE("within the noise no growth is known") {
  const std::vector<double> n = {100, 200, 400, 800};
  const std::vector<double> same = {1.00, 1.05, 0.97, 1.08}, longer = {1.00, 1.10, 1.29, 1.72};
  CHECK(growth_name(fit_growth(n, same, 0.03)).empty());
  CHECK_FALSE(fit_growth(n, same, 0.03).at(100));
  CHECK(fit_growth(n, same, 0.03).exponent);
  CHECK(growth_name(fit_growth(n, longer, 0.03)) == "O(n)");
  CHECK(growth_name(fit_growth(n, longer, 0.3)).empty());
  CHECK(growth_name(fit_growth(n, std::vector<double>{1.000, 1.001, 0.999, 1.002}, 0.03)) == "O(1)");
}

SweepModel timed(std::vector<std::vector<double>> run_seconds) {
  SweepModel sweep;
  sweep.n = {100, 200, 400, 800};
  sweep.runs = run_seconds.front().size();
  sweep.run_seconds = std::move(run_seconds);
  SweepSubject time;
  time.kind = SubjectKind::kTime;
  for (std::size_t i = 0; i < sweep.n.size(); ++i) add_measured(sweep, i, {Measured{time, sweep.run_seconds[i][0]}});
  finish_sweep(sweep);
  return sweep;
}

TEST_CASE("times that differ as much between runs as between sizes tell nothing, and it is said") {
  const SweepModel noise = timed({{1.0, 0.9, 1.2}, {1.1, 0.8, 1.3}, {1.05, 1.2, 0.9}, {1.2, 1.0, 1.3}});
  CHECK(growth_name(noise.subjects[0].growth).empty());
  REQUIRE(noise.notes.size() == 1);
  CHECK(noise.notes[0].find("does not tell how it grows") != std::string::npos);
  // the same times from runs that agree; one of them was held up
  const SweepModel steady = timed({{1.0, 1.01, 0.99}, {1.1, 1.11, 5.0}, {1.3, 1.31, 1.29}, {1.7, 1.69, 1.71}});
  CHECK(growth_name(steady.subjects[0].growth) == "O(n)");
  CHECK(steady.notes.empty());
  CHECK(growth_name(timed({{1.0}, {2.0}, {4.0}, {8.0}}).subjects[0].growth) == "O(n)");
  // no law fits, whatever the noise: that is not for it
  CHECK(timed({{1.0, 1.0}, {9.0, 9.0}, {1.0, 1.0}, {9.0, 9.0}}).notes.empty());
  const SweepModel single = timed({{1.0}, {1.1}, {1.0}, {1.2}});
  CHECK(growth_name(single.subjects[0].growth).empty());
  CHECK(single.notes.at(0).find("one run") != std::string::npos);
}

TEST_CASE("an RSS that is known for some sizes only says why") {
  SweepModel sweep;
  sweep.n = {1, 2};
  SweepSubject rss;
  rss.kind = SubjectKind::kRss;
  add_measured(sweep, 1, {Measured{rss, 5e6}});
  finish_sweep(sweep);
  REQUIRE(sweep.notes.size() == 1);
  CHECK(sweep.notes[0].starts_with("RSS: not known where"));
}

TEST_CASE("the line that grows fastest stands first, however small it is") {
  SweepModel sweep;
  sweep.n = {10, 100, 1000};
  for (std::size_t i = 0; i < 3; ++i) {
    const double n = sweep.n[i];
    SweepSubject line;
    line.kind = SubjectKind::kLine;
    line.file = "/src/a.c";
    const auto at = [&line](std::uint32_t number, double value) {
      line.line = number;
      return Measured{line, value};
    };
    SweepSubject process;
    add_measured(sweep, i, {Measured{process, 2e9 + n}, at(1, 1e9), at(2, 1000 * n), at(3, n * n), at(4, 0), at(2, 5)});
  }
  finish_sweep(sweep);
  std::vector<std::uint32_t> lines;
  for (const SweepSubject& subject : sweep.subjects) lines.push_back(subject.line);
  CHECK(lines == std::vector<std::uint32_t>{3, 2, 1, 0});
  CHECK(sweep.subjects[1].values[2] == 1e6);  // the larger of two values of one line
}

}  // namespace
}  // namespace memline::model
