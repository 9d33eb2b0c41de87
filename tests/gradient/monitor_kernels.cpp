// SPDX-License-Identifier: MIT
#include "eigentrain/gradient/monitor_kernels.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "support/catch.hpp"
#include "support/levels.hpp"
#include "support/pages.hpp"
#include "support/probe.hpp"

namespace et = eigentrain;
using et::detail::MonitorSums;
using et::test::noise;

namespace {

template <class S>
struct Values {
  std::vector<S> g, before, after;
  explicit Values(std::size_t n) : g(n), before(n), after(n) {
    for (std::size_t i = 0; i < n; ++i) {
      const auto element = static_cast<Eigen::Index>(i);
      g[i] = noise<S>(1, element) / S(3);
      if (i % 5 == 2) g[i] = i % 2 == 0 ? S(0) : -S(0);
      before[i] = noise<S>(2, element);
      after[i] = before[i] - S(0.01) * noise<S>(3, element);
    }
  }
  MonitorSums sums() const {
    return et::detail::sum_piece(g.data(), before.data(), after.data(),
                                 static_cast<Eigen::Index>(g.size()));
  }
  MonitorSums plain() const {
    MonitorSums sums;
    for (std::size_t i = 0; i < g.size(); ++i) {
      const auto wide_g = static_cast<double>(g[i]), w = static_cast<double>(after[i]);
      const double step = w - static_cast<double>(before[i]);
      sums.gradient_squares += wide_g * wide_g;
      sums.gradient_total += std::fabs(wide_g);
      sums.gradient_max = std::max(sums.gradient_max, std::fabs(wide_g));
      sums.zeros += wide_g == 0.0;
      sums.not_finite += !std::isfinite(wide_g);
      sums.weight_squares += w * w;
      sums.update_squares += step * step;
    }
    return sums;
  }
};

template <class S>
constexpr double tolerance = sizeof(S) == 4 ? 1e-5 : 1e-12;

template <class S>
bool close(double a, double b) {
  return std::fabs(a - b) <= tolerance<S> * std::fabs(b);
}

// The squares with twice the tolerance of their root.
template <class S>
bool close(const MonitorSums& a, const MonitorSums& b) {
  const auto squares = [](double x, double y) { return close<S>(std::sqrt(x), std::sqrt(y)); };
  return squares(a.gradient_squares, b.gradient_squares) &&
         close<S>(a.gradient_total, b.gradient_total) && a.gradient_max == b.gradient_max &&
         a.zeros == b.zeros && a.not_finite == b.not_finite &&
         squares(a.weight_squares, b.weight_squares) && squares(a.update_squares, b.update_squares);
}

bool same(const MonitorSums& a, const MonitorSums& b) {
  const double of_a[] = {a.gradient_squares, a.gradient_total, a.gradient_max,  a.zeros,
                         a.not_finite,       a.weight_squares, a.update_squares};
  const double of_b[] = {b.gradient_squares, b.gradient_total, b.gradient_max,  b.zeros,
                         b.not_finite,       b.weight_squares, b.update_squares};
  for (int i = 0; i < 7; ++i) {
    if (et::test::bits(of_a[i]) != et::test::bits(of_b[i]) &&
        !(std::isnan(of_a[i]) && std::isnan(of_b[i]))) {
      return false;
    }
  }
  return true;
}

}  // namespace

TEMPLATE_TEST_CASE("a piece's sums are those of a plain loop in double, for every size", "", float,
                   double) {
  using S = TestType;
  constexpr auto lanes = static_cast<std::size_t>(et::detail::monitor_lanes<S>);
  std::vector<std::size_t> sizes;
  for (std::size_t n = 0; n <= 2 * lanes + 1; ++n) sizes.push_back(n);
  sizes.insert(sizes.end(), {100, 1000, 2047, 2048});
  for (const std::size_t n : sizes) {
    const Values<S> values(n);
    const MonitorSums plain = values.plain();
    std::vector<MonitorSums> seen;
    et::test::at_every_level([&] { seen.push_back(values.sums()); });
    for (const MonitorSums& sums : seen) {
      if (!close<S>(sums, plain)) FAIL_CHECK("wrong for " << n << " values");
      if (!same(sums, seen[0])) FAIL_CHECK("other bits at another level for " << n << " values");
    }
  }
}

TEMPLATE_TEST_CASE("a piece reads its own values only, and writes none", "", float, double) {
  using S = TestType;
  for (const std::size_t n : {1u, 3u, 15u, 16u, 17u, 31u, 33u, 64u, 65u, 2047u, 2048u}) {
    const Values<S> values(n);
    et::test::Pages<S> g(n), before(n), after(n);
    std::copy_n(values.g.data(), n, g.data());
    std::copy_n(values.before.data(), n, before.data());
    std::copy_n(values.after.data(), n, after.data());
    g.forbid_writing(), before.forbid_writing(), after.forbid_writing();
    et::test::at_every_level([&] {
      CHECK(same(et::detail::sum_piece<S>(g.data(), before.data(), after.data(),
                                          static_cast<Eigen::Index>(n)),
                 values.sums()));
    });
  }
}

TEMPLATE_TEST_CASE("each place counts once", "", float, double) {
  using S = TestType;
  const std::size_t n = 3 * static_cast<std::size_t>(et::detail::monitor_lanes<S>) + 7;
  et::test::at_every_level([&] {
    for (std::size_t place = 0; place < n; ++place) {
      Values<S> values(n);
      std::fill(values.g.begin(), values.g.end(), S(0));
      std::fill(values.before.begin(), values.before.end(), S(0));
      std::fill(values.after.begin(), values.after.end(), S(0));
      values.g[place] = S(-3);
      values.before[place] = S(1);
      values.after[place] = S(5);
      const MonitorSums sums = values.sums();
      const MonitorSums wanted{9.0, 3.0, 3.0, double(n - 1), 0.0, 25.0, 16.0};
      if (!same(sums, wanted)) FAIL_CHECK("place " << place);
    }
  });
}

TEST_CASE("squares that leave the range of float are added up in double") {
  for (const std::size_t n : {1u, 31u, 32u, 33u, 100u, 2048u}) {
    for (const float size : {1e30f, 1e20f, 1e-15f, 1e-19f, 1e-20f, 1e-30f, 1e-38f, 1e-42f}) {
      Values<float> values(n), gradient_only(n), weight_only(n), step_only(n), one(n), still(n),
          hidden(n);
      for (std::size_t i = 0; i < n; ++i) {
        values.g[i] *= size, values.before[i] *= size, values.after[i] *= size;
        gradient_only.g[i] *= size;
        weight_only.before[i] *= size, weight_only.after[i] *= size;
        step_only.before[i] = 0.0f, step_only.after[i] = size * float(i % 3);
      }
      one.g[n / 2] = size, one.after[n / 2] = size;
      for (std::size_t i = 0; i < n; ++i) {  // nothing moves; and only the smallest weight does
        still.before[i] = still.after[i] = still.after[i] * size;
        hidden.before[i] = hidden.after[i];
      }
      hidden.before[n - 1] = 0.0f, hidden.after[n - 1] = size;
      et::test::at_every_level([&] {
        INFO(n << " values of " << size);
        CHECK(close<float>(values.sums(), values.plain()));
        CHECK(close<float>(gradient_only.sums(), gradient_only.plain()));
        CHECK(close<float>(weight_only.sums(), weight_only.plain()));
        CHECK(close<float>(step_only.sums(), step_only.plain()));
        CHECK(close<float>(one.sums(), one.plain()));
        CHECK(close<float>(still.sums(), still.plain()));
        CHECK(close<float>(hidden.sums(), hidden.plain()));
      });
    }
  }
}

TEST_CASE("values that are not finite are counted, and show in the sums that they belong to") {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  for (const std::size_t place : {0u, 1u, 40u, 63u, 64u, 70u}) {
    et::test::at_every_level([&] {
      for (const float bad : {infinity, -infinity, std::nanf("")}) {
        Values<float> values(71);
        const MonitorSums clean = values.plain();
        const bool was_zero = values.g[place] == 0.0f;
        values.g[place] = bad;
        const MonitorSums sums = values.sums();
        CHECK(sums.not_finite == 1.0);
        CHECK(sums.zeros == clean.zeros - was_zero);
        CHECK_FALSE(std::isfinite(sums.gradient_squares));
        CHECK_FALSE(std::isfinite(sums.gradient_total));
        CHECK_FALSE(std::isfinite(sums.gradient_max));
        CHECK(std::isnan(sums.gradient_max) == std::isnan(bad));
        CHECK(close<float>(std::sqrt(sums.weight_squares), std::sqrt(clean.weight_squares)));
        CHECK(close<float>(std::sqrt(sums.update_squares), std::sqrt(clean.update_squares)));
      }
      Values<float> weight(71);
      weight.after[place] = std::nanf("");
      CHECK(std::isnan(weight.sums().weight_squares));
      CHECK(std::isnan(weight.sums().update_squares));
      CHECK(weight.sums().not_finite == 0.0);  // that is about gradients
      CHECK(std::isfinite(weight.sums().gradient_squares));
    });
  }
}

TEST_CASE("both zeros are zeros") {
  Values<float> values(50);
  for (std::size_t i = 0; i < 50; ++i) values.g[i] = i % 2 == 0 ? 0.0f : -0.0f;
  const MonitorSums sums = values.sums();
  CHECK(sums.zeros == 50.0);
  CHECK(sums.gradient_squares == 0.0);
  CHECK(et::test::bits(sums.gradient_max) == et::test::bits(0.0));
}

TEST_CASE("pieces add up, and the largest is NaN if one of them is") {
  MonitorSums a{1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0};
  a.add({10.0, 20.0, 2.0, 40.0, 50.0, 60.0, 70.0});
  CHECK(same(a, {11.0, 22.0, 3.0, 44.0, 55.0, 66.0, 77.0}));
  a.add({0.0, 0.0, 8.0});
  CHECK(a.gradient_max == 8.0);
  MonitorSums nan;
  nan.gradient_max = std::nan("");
  a.add(nan);
  CHECK(std::isnan(a.gradient_max));
  a.add({0.0, 0.0, 9.0});
  CHECK(std::isnan(a.gradient_max));
}

TEST_CASE("the slow loop gives the same numbers where the fast one would do") {
  const Values<double> values(777);
  const MonitorSums slow = et::detail::sum_slowly(values.g.data(), values.before.data(),
                                                  values.after.data(), Eigen::Index(777));
  CHECK(close<double>(slow, values.plain()));
  CHECK(close<double>(values.sums(), slow));
}
