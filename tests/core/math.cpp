// SPDX-License-Identifier: MIT
#include "eigentrain/core/math.hpp"

#include "support/catch.hpp"
#include "support/elementary.hpp"

namespace et = eigentrain;
namespace test = eigentrain::test;

TEST_CASE("one include brings all elementary functions, which fit together", "[math]") {
  test::Sequence next;
  for (int i = 0; i < 1000; ++i) {
    const et::Exact x(next.unit() * 20 - 10);
    CHECK(log(exp(x))[0] == Approx(x[0]).margin(1e-12));
    const auto turns = sin_cos_pi(x);
    CHECK((turns.sin * turns.sin + turns.cos * turns.cos)[0] == Approx(1.0).epsilon(1e-14));
    CHECK(power(exp(x), 3)[0] == Approx(exp(et::Exact(3) * x)[0]).epsilon(1e-13));
  }
}
