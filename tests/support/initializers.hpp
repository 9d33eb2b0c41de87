// SPDX-License-Identifier: MIT
// The table of all initializers that draw, for the tests of what they have in common. A new one, or
// an option that changes its distribution, is one more line in it.
#pragma once

#include <Eigen/Core>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>

#include "eigentrain/init/he.hpp"
#include "eigentrain/init/lecun.hpp"
#include "eigentrain/init/normal.hpp"
#include "eigentrain/init/orthogonal.hpp"
#include "eigentrain/init/sparse.hpp"
#include "eigentrain/init/truncated_normal.hpp"
#include "eigentrain/init/uniform.hpp"
#include "eigentrain/init/variance_scaling.hpp"
#include "eigentrain/init/xavier.hpp"
#include "support/statistics.hpp"

namespace eigentrain::test {

/// What the elements of a matrix of 800 × 1250 are to be: independent, each with this distribution.
/// Expected{} says nothing: the elements depend on each other or on their place.
struct Expected {
  double mean;
  double variance;
  double kurtosis;  ///< the fourth central moment over the squared variance
  double low;
  double high;
  bool high_open;  ///< `high` itself is not drawn
  std::function<double(double)> distribution;
};

inline Expected uniform_between(double low, double high) {
  return {(low + high) / 2, (high - low) * (high - low) / 12, 1.8, low, high, true, [=](double x) {
            return (x - low) / (high - low);
          }};
}

inline Expected normal_with(double mean, double std) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  return {mean, std * std, 3.0, -infinity, infinity, false, [=](double x) {
            return normal_distribution((x - mean) / std);
          }};
}

/// N(mean, parent²) without what is below low or above high (in the units of mean). Mean and
/// variance are the textbook's: Johnson, Kotz, Balakrishnan: Continuous univariate distributions,
/// volume 1 (1994), 13.10.
inline Expected truncated_between(double mean, double parent, double low, double high) {
  const double a = (low - mean) / parent, b = (high - mean) / parent;
  const auto density = [](double z) {
    return std::exp(-z * z / 2) / std::sqrt(2 * 3.14159265358979323846);
  };
  const double below = normal_distribution(a), mass = normal_distribution(b) - below;
  const double shift = (density(a) - density(b)) / mass;
  const double ratio = 1 + (a * density(a) - b * density(b)) / mass - shift * shift;
  double fourth = 0;  // by Simpson's rule
  constexpr int steps = 2000;
  for (int i = 0; i <= steps; ++i) {
    const double z = a + (b - a) * i / steps;
    const double weight = i == 0 || i == steps ? 1 : i % 2 == 1 ? 4 : 2;
    fourth += weight * std::pow(z - shift, 4) * density(z);
  }
  fourth *= (b - a) / (3 * steps) / mass;
  return {mean + parent * shift,
          parent * parent * ratio,
          fourth / (ratio * ratio),
          low,
          high,
          false,
          [=](double x) { return (normal_distribution((x - mean) / parent) - below) / mass; }};
}

/// As uniform and truncated weights of a standard deviation are made.
inline Expected uniform_with(double std) {
  return uniform_between(-std::sqrt(3.0) * std, std::sqrt(3.0) * std);
}
inline Expected truncated_with(double std) {
  const double parent = std / 0.87962566103423978;
  return truncated_between(0, parent, -2 * parent, 2 * parent);
}

template <class Fill>
struct Initializer {
  std::string name;
  std::uint64_t floats;  ///< the hash of a column-major matrix of 33 × 21 with Generator(42)
  std::uint64_t doubles;
  Expected expected;
  Fill fill;  ///< fill(W, random), for every W and every random
};
template <class Fill>
Initializer(const char*, std::uint64_t, std::uint64_t, Expected, Fill) -> Initializer<Fill>;

/// Calls visit(initializer) for each of them.
template <class Visitor>
void for_each_initializer(const Visitor& visit) {
  constexpr double fan_in = 1250, fan_out = 800, average = 1025;
  const auto root = [](double x) { return std::sqrt(x); };
  // clang-format off
  visit(Initializer{"uniform", 0x1534a59ef31187b7u, 0x64d2bcd365f0d77cu, uniform_between(-0.1, 0.3), [](auto& W, auto& random) { uniform(W, random, -0.1, 0.3); }});
  visit(Initializer{"normal", 0xbcf58a5870029f80u, 0x91543cc482a66ac2u, normal_with(-1, 0.02), [](auto& W, auto& random) { normal(W, random, -1, 0.02); }});
  visit(Initializer{"truncated_normal", 0xbeaa6c1ea535f49cu, 0x738cee4461a5a612u, truncated_with(0.02), [](auto& W, auto& random) { const double bound = 2 * 0.02 / 0.87962566103423978; truncated_normal(W, random, {.std = 0.02, .low = -bound, .high = bound}); }});
  visit(Initializer{"truncated_normal as PyTorch's", 0x0a70ab06fae34468u, 0x7f43cde1628c2e7du, truncated_between(0, 1, -2, 2), [](auto& W, auto& random) { truncated_normal(W, random, {.std_of = StdOf::parent}); }});
  visit(Initializer{"truncated_normal askew", 0x7ef11914380ea34au, 0x191388801ebdd1afu, truncated_between(0.5, 2, -1, 4), [](auto& W, auto& random) { truncated_normal(W, random, {.mean = 0.5, .std = 2, .low = -1, .high = 4, .std_of = StdOf::parent}); }});
  visit(Initializer{"xavier_uniform", 0x22a47905c42d5375u, 0xd1119dd0349a9136u, uniform_with(root(1 / average)), [](auto& W, auto& random) { xavier_uniform(W, random); }});
  visit(Initializer{"xavier_normal", 0x9cb786a0a37220a6u, 0xa3c59cc717180d0cu, normal_with(0, root(1 / average)), [](auto& W, auto& random) { xavier_normal(W, random); }});
  visit(Initializer{"xavier_truncated_normal", 0x10b44d9621481e55u, 0x7358f90c2552e4b7u, truncated_with(root(1 / average)), [](auto& W, auto& random) { xavier_truncated_normal(W, random); }});
  visit(Initializer{"he_uniform", 0x976956df128c0a6bu, 0x48c69de121d93b1cu, uniform_with(root(2 / fan_in)), [](auto& W, auto& random) { he_uniform(W, random); }});
  visit(Initializer{"he_normal", 0x9bea48ad7fb531f4u, 0xb7199824645c2550u, normal_with(0, root(2 / fan_in)), [](auto& W, auto& random) { he_normal(W, random); }});
  visit(Initializer{"he_normal by fan_out", 0x72e2ceafb42eb94du, 0x129b272c1d853bc0u, normal_with(0, root(2 / fan_out)), [](auto& W, auto& random) { he_normal(W, random, {.fan = Fan::out}); }});
  visit(Initializer{"he_truncated_normal", 0x4e880b58acab2a34u, 0xb80bf75ce8d6c8c9u, truncated_with(root(2 / fan_in)), [](auto& W, auto& random) { he_truncated_normal(W, random); }});
  visit(Initializer{"lecun_uniform", 0x35f107a3739d1f99u, 0x891ad292d41bf29au, uniform_with(root(1 / fan_in)), [](auto& W, auto& random) { lecun_uniform(W, random); }});
  visit(Initializer{"lecun_normal", 0x5bba0a228e14cb05u, 0xa0745c2536b5a249u, normal_with(0, root(1 / fan_in)), [](auto& W, auto& random) { lecun_normal(W, random); }});
  visit(Initializer{"lecun_truncated_normal", 0xf52320b1fa6ce794u, 0xc99d702df35512a4u, truncated_with(root(1 / fan_in)), [](auto& W, auto& random) { lecun_truncated_normal(W, random); }});
  visit(Initializer{"variance_scaling", 0xf52320b1fa6ce794u, 0xc99d702df35512a4u, truncated_with(root(1 / fan_in)), [](auto& W, auto& random) { variance_scaling(W, random); }});
  visit(Initializer{"variance_scaling, in x out", 0x280e5c4894b0f834u, 0xe9e5785c44b0bd9cu, uniform_with(root(3 / fan_in)), [](auto& W, auto& random) { variance_scaling(W, random, {.scale = 3, .fan = Fan::out, .distribution = Distribution::uniform, .axes = {.out = 1, .in = 0}}); }});
  visit(Initializer{"orthogonal", 0x1013638d15581a47u, 0xe99a4fc40da4a6c8u, Expected{}, [](auto& W, auto& random) { orthogonal(W, random); }});
  visit(Initializer{"sparse", 0x188745a10cab3d5cu, 0xdb165c3b8b83c494u, Expected{}, [](auto& W, auto& random) { sparse(W, random, {.sparsity = 0.3}); }});
  // clang-format on
}

}  // namespace eigentrain::test
