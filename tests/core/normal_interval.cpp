// SPDX-License-Identifier: MIT
#include "eigentrain/core/normal_interval.hpp"

#include "support/catch.hpp"

namespace et = eigentrain;
using et::detail::normal_interval;
using et::detail::NormalInterval;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

long double upper_tail(long double z) {
  return 0.5L * std::erfc(z / std::sqrt(2.0L));
}
long double density(long double z) {
  return std::exp(-z * z / 2) / std::sqrt(2 * std::acos(-1.0L));
}

// The closed forms, which lose digits in narrow intervals.
struct Closed {
  long double mass, mean, variance;
};
Closed closed(long double a, long double b) {
  const long double mass = a > 0 ? upper_tail(a) - upper_tail(b) : upper_tail(-b) - upper_tail(-a);
  const long double mean = (density(a) - density(b)) / mass;
  const auto edge = [](long double z) { return std::isinf(z) ? 0 : z * density(z); };
  return {mass, mean, 1 + (edge(a) - edge(b)) / mass - mean * mean};
}

}  // namespace

TEST_CASE("mass, mean and variance of an interval are those of the closed forms",
          "[normal_interval]") {
  const double bounds[] = {-infinity, -20, -9,  -5, -2, -0.7, 0,       0.3,
                           1,         2,   4.5, 6,  10, 11,   infinity};
  for (double a : bounds) {
    for (double b : bounds) {
      if (a >= b || a > 10 || b < -10) continue;
      const NormalInterval found = normal_interval(a, b);
      const Closed expected = closed(a, b);
      INFO("[" << a << ", " << b << "]");
      CHECK(std::abs(found.mass / static_cast<double>(expected.mass) - 1) < 1e-13);
      CHECK(std::abs(found.mean - static_cast<double>(expected.mean)) <
            1e-13 * (1 + std::abs(found.mean)));
      CHECK(std::abs(found.variance / static_cast<double>(expected.variance) - 1) < 1e-12);
    }
  }
}

TEST_CASE("mass and variance of published intervals", "[normal_interval]") {
  CHECK(std::abs(normal_interval(-2, 2).mass - 0.95449973610364158560) < 1e-15);
  CHECK(std::abs(std::sqrt(normal_interval(-2, 2).variance) - 0.87962566103423978) < 1e-15);
  CHECK(std::abs(normal_interval(10, infinity).mass / 7.6198530241605261e-24 - 1) < 1e-13);
  CHECK(std::abs(normal_interval(-infinity, infinity).mass - 1) < 1e-14);
  CHECK(std::abs(normal_interval(-infinity, infinity).growth - 2) < 1e-13);
  CHECK(std::abs(normal_interval(0, infinity).mean - std::sqrt(2 / std::acos(-1.0))) < 1e-15);
}

TEST_CASE("narrow intervals keep their digits", "[normal_interval]") {
  for (double width : {0x1p-10, 0x1p-20, 0x1p-40}) {
    for (double at : {0.0, 1.0, 8.0}) {
      const NormalInterval found = normal_interval(at - width, at + width);
      const double mass = 2 * width * static_cast<double>(density(at));
      // Both by the series in the width: φ″/φ = z² − 1, and a tilt of the density.
      const double square = width * width;
      CHECK(std::abs(found.mass / (mass * (1 + square * (at * at - 1) / 6)) - 1) <
            1e-13 + 200 * square * square);
      const double variance = square * (1.0 / 3 - at * at * square / 15 - 2 * square / 45);
      CHECK(std::abs(found.variance / variance - 1) < 1e-13 + 200 * square * square);
    }
  }
}

TEST_CASE("growth is how fast the truncated std grows with the parent's", "[normal_interval]") {
  const double step = 1e-5;
  for (double a : {-infinity, -3.0, -0.5, 0.0, 1.0, 5.0}) {
    for (double b : {2.0, 7.0, infinity}) {
      if (a >= b) continue;
      const auto log_std = [&](double sigma) {
        return std::log(sigma * std::sqrt(normal_interval(a / sigma, b / sigma).variance));
      };
      const NormalInterval found = normal_interval(a, b);
      const double slope = (log_std(std::exp(step)) - log_std(std::exp(-step))) / (2 * step);
      CHECK(std::abs(found.growth / (2 * found.variance) - slope) < 1e-7);
    }
  }
}

TEST_CASE("the moments have the same bits everywhere, written down", "[normal_interval]") {
  const NormalInterval found = normal_interval(-1, 2.5);
  CHECK(found.mass == 0x1.ab96d34710a44p-1);
  CHECK(found.mean == 0x1.133328d70e6cap-2);
  CHECK(found.variance == 0x1.2bceff5b44853p-1);
  CHECK(found.growth == 0x1.49ab5b8e24773p-1);
}
