// SPDX-License-Identifier: MIT
#include "eigentrain/core/fold.hpp"

#include <cmath>
#include <vector>

#include "eigentrain/core/reduce.hpp"
#include "support/catch.hpp"
#include "support/levels.hpp"
#include "support/probe.hpp"

namespace et = eigentrain;
using et::detail::Square;
using et::detail::Sum;
using et::test::noise;

namespace {

constexpr int lanes_count = et::detail::reduction_lanes;

// Values of several magnitudes, with all of their bits, so that squares and sums round.
template <class S>
std::vector<S> values(et::Index n) {
  std::vector<S> all;
  for (et::Index i = 0; i < n; ++i) {
    all.push_back(std::ldexp(noise<S>(7, i) / S(3), static_cast<int>(i * 37 % 7) - 3));
  }
  return all;
}

template <class S, class F>
std::vector<double> sums(const std::vector<S>& x, const F& term) {
  std::vector<double> lanes(lanes_count, 1.0 / 3.0);
  et::detail::reduce_run<Sum>(lanes.data(), et::Index(3), x.data(), x.data(), std::array<S*, 0>{},
                              static_cast<et::Index>(x.size()), term);
  return lanes;
}

}  // namespace

TEMPLATE_TEST_CASE("a square is added with the bits of a product and a sum", "", float, double) {
  const std::vector<TestType> x = values<TestType>(2000);
  const auto square = [](const auto& u, const auto&) { return Square{u}; };
  const auto product = [](const auto& u, const auto&) { return u * u; };
  et::test::at_every_level([&] { CHECK(sums(x, square) == sums(x, product)); });
}

// If one rounding and two agreed anyhow, the test above would be empty.
TEST_CASE("for doubles a fused square would show") {
  const std::vector<double> x = values<double>(1001);
  int differ = 0;
  for (std::size_t i = 0; i < 1000; ++i) {
    const et::Exact v = x[i], w = x[i + 1];
    differ += std::fma(x[i], x[i], x[i + 1]) != (w + v * v)[0];
  }
  CHECK(differ > 30);
}

TEST_CASE("squares of floats keep what isn't finite") {
  const auto square = [](const auto& u, const auto&) { return Square{u}; };
  et::test::at_every_level([&] {
    std::vector<float> x(64, 1.0f);
    x[0] = -HUGE_VALF;
    x[33] = std::nanf("");
    const std::vector<double> lanes = sums(x, square);
    CHECK(lanes[3] == HUGE_VAL);
    CHECK(std::isnan(lanes[4]));
    CHECK(lanes[5] == 1.0 / 3.0 + 1.0 + 1.0);
  });
}

TEST_CASE("lanes are folded in a fixed tree") {
  std::vector<double> lanes(lanes_count);
  for (int i = 0; i < lanes_count; ++i) lanes[std::size_t(i)] = noise<double>(9, i);
  std::vector<double> tree = lanes;
  for (std::size_t half = tree.size() / 2; half > 0; half /= 2) {
    for (std::size_t i = 0; i < half; ++i) tree[i] += tree[i + half];
  }
  CHECK(et::detail::fold_lanes<Sum>(lanes.data()) == tree[0]);
}
