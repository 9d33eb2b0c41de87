// SPDX-License-Identifier: MIT
#include "eigentrain/direction/amsgrad.hpp"

#include <cmath>

#include "support/catch.hpp"
#include "support/probe.hpp"

namespace et = eigentrain;
using et::test::probe;

TEST_CASE("AMSGrad's maximum is over the raw second moment") {
  // With the maximum over the corrected one: 1, .5263, .3690.
  auto update = probe<double>(et::amsgrad_direction({}));
  CHECK(update(1.0) == Approx(1.0).epsilon(1e-7));
  CHECK(update(0.1) == Approx(0.7408).margin(5e-5));
  CHECK(update(0.1) == Approx(0.6331).margin(5e-5));
  // Far later the largest still rules: after 5000 zeros a moment of 0.999^5000 would be forgotten.
  auto plain = probe<double>(et::adam_direction({}));
  auto largest = probe<double>(et::amsgrad_direction({}));
  plain(1.0), largest(1.0);
  for (int step = 0; step < 5000; ++step) plain(0.0), largest(0.0);
  CHECK(largest(0.01) == Approx(0.1 * 0.01 / std::sqrt(0.001)).epsilon(0.01));
  CHECK(plain(0.01) > 3.0 * largest(0.01));
}

TEST_CASE("or over the corrected one, as in Optax") {
  auto update = probe<double>(et::amsgrad_direction({}, et::AmsGradMaximum::corrected));
  CHECK(update(1.0) == Approx(1.0).epsilon(1e-7));
  CHECK(update(0.1) == Approx(0.5263).margin(5e-5));
  CHECK(update(0.1) == Approx(0.3690).margin(5e-5));
  // ε is beside √v̂, and without corrections both maxima are the same.
  auto beside =
      probe<double>(et::amsgrad_direction({.epsilon = 0.5}, et::AmsGradMaximum::corrected));
  CHECK(beside(2.0) == Approx(0.8).epsilon(1e-13));
  for (const auto maximum : {et::AmsGradMaximum::raw, et::AmsGradMaximum::corrected}) {
    auto plain = probe<double>(et::amsgrad_direction({.bias_correction = false}, maximum));
    CHECK(plain(2.0) == Approx(0.2 / (2.0 * std::sqrt(0.001))).epsilon(1e-6));
  }
}

TEST_CASE("slots and options") {
  CHECK(et::amsgrad_direction({}).maximum() == et::AmsGradMaximum::raw);
  CHECK(et::amsgrad_direction({}).slots == 3);
  CHECK(et::amsgrad_direction({.beta2 = 0.98}).options().beta2 == 0.98);
}
