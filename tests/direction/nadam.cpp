// SPDX-License-Identifier: MIT
#include "eigentrain/direction/nadam.hpp"

#include <cmath>
#include <limits>

#include "support/catch.hpp"
#include "support/lanes.hpp"

namespace et = eigentrain;
using et::test::lanes;

namespace {

/// NAdam's direction for a constant gradient of 1 without ε, from the definition: m = 1 − β₁ᵗ and
/// v̂ = 1.
double of_ones(int t, double beta1, double decay) {
  const auto mu = [&](int k) { return beta1 * (1.0 - 0.5 * std::pow(0.96, k * decay)); };
  double product = 1.0;
  for (int k = 1; k <= t; ++k) product *= mu(k);
  const double m = 1.0 - std::pow(beta1, t);
  return (1.0 - mu(t)) / (1.0 - product) + mu(t + 1) * m / (1.0 - product * mu(t + 1));
}

}  // namespace

TEST_CASE("the first step of PyTorch, of Keras and of Optax") {
  auto pytorch = lanes<double>(et::nadam_direction({}));
  CHECK(pytorch(1.0) == Approx(1.05645).margin(5e-6));
  auto keras = lanes<double>(et::nadam_direction({.epsilon = 1e-7, .momentum_decay = 1.0}));
  CHECK(keras(1.0) == Approx(1.06279).margin(5e-6));
  auto optax = lanes<double>(et::nadam_direction({.momentum_decay = et::ranges::infinity}));
  CHECK(optax(1.0) == Approx(1.47368).margin(5e-6));
}

TEMPLATE_TEST_CASE("a constant gradient, by the definition", "", float, double) {
  using S = TestType;
  const double epsilon = std::is_same_v<S, float> ? 3e-5 : 1e-12;
  for (const double beta1 : {0.9, 0.0, 0.999}) {
    for (const double decay : {4e-3, 1.0, 0.0}) {
      auto update = lanes<S>(et::nadam_direction(
          {.beta1 = beta1, .beta2 = 0.99, .epsilon = 1e-30, .momentum_decay = decay}));
      for (int t = 1; t <= 600; ++t) {
        CAPTURE(beta1, decay, t);
        REQUIRE(update(S(1)) == Approx(of_ones(t, beta1, decay)).epsilon(epsilon));
      }
    }
  }
}

TEST_CASE("the product of momentums is the same whether it was kept or is formed anew") {
  const et::NAdamDirection direction({.beta1 = 0.97, .momentum_decay = 0.1});
  et::NAdamDirection::Measurement kept;
  using Lane = et::Packet<double, 1>;
  const auto update = [&](std::int64_t count, const et::NAdamDirection::Measurement& measured) {
    Lane m(0.25), v(0.5);
    return direction.at<double>({.count = count}, measured)(Lane(0.125), Lane(0.0), m, v)[0];
  };
  for (std::int64_t count = 1; count <= 3000; ++count) {
    const double expected = update(count, kept);
    REQUIRE(kept.count == count);
    if (count % 7 != 0 && count > 30) continue;
    REQUIRE(update(count, {}) == expected);    // nothing is known
    REQUIRE(update(count, kept) == expected);  // asked again, as for a step that failed
    et::NAdamDirection::Measurement ahead{.count = count + 5, .product = 0.5};
    REQUIRE(update(count, ahead) == expected);
  }
  // And takes no longer for a late step.
  CHECK(update(std::int64_t(1) << 62, {}) > 0.0);
}

TEST_CASE("slots and options") {
  CHECK(et::NAdamDirection::slots == 2);
  CHECK(et::nadam_direction({.beta2 = 0.25}).options().beta2 == 0.25);
}

TEST_CASE("options out of range throw") {
  CHECK_THROWS_WITH(et::nadam_direction({.beta1 = 1.0}),
                    "nadam_direction: beta1 must be in [0, 1), got 1");
  CHECK_THROWS_WITH(et::nadam_direction({.beta2 = 1.0}),
                    "nadam_direction: beta2 must be in [0, 1), got 1");
  CHECK_THROWS_WITH(et::nadam_direction({.epsilon = -1.0}),
                    "nadam_direction: epsilon must be in (0, inf), got -1");
  CHECK_THROWS_WITH(et::nadam_direction({.momentum_decay = -1.0}),
                    "nadam_direction: momentum_decay must be in [0, inf], got -1");
  CHECK_THROWS_WITH(et::nadam_direction({.momentum_decay = std::nan("")}),
                    "nadam_direction: momentum_decay must be in [0, inf], got nan");
}
