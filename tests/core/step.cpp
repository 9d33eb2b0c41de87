// SPDX-License-Identifier: MIT
#include "eigentrain/core/step.hpp"

#include <cmath>

#include "support/catch.hpp"

namespace et = eigentrain;

TEST_CASE("papers count steps from one, schedules from zero") {
  CHECK(et::Step{}.count == 1);
  CHECK(et::Step{}.index() == 0);
  CHECK(et::Step{(std::int64_t(1) << 40) + 1}.index() == std::int64_t(1) << 40);
}

TEST_CASE("powers are right, and the same bits whatever steps came before") {
  et::detail::StepPowers powers;
  const double bases[] = {0.9, 0.999, 0.0, 0.5, 0.95, 0.9999};  // more than are remembered
  for (std::int64_t count = 1; count <= 3000; ++count) {
    for (const double base : bases) {
      const double remembered = et::Step{count, &powers}.power(base);
      if (remembered != et::Step{count}.power(base)) FAIL_CHECK(base << " to the " << count);
      const double error = remembered - std::pow(base, static_cast<double>(count));
      if (std::abs(error) > 4e-13 * remembered) FAIL_CHECK(base << " to the " << count);
      if (et::Step{count, &powers}.power(base) != remembered) FAIL_CHECK("asked twice");
    }
  }
  et::detail::StepPowers two;
  for (std::int64_t count = 0; count <= 3000; ++count) {
    for (const double base : {0.9, 0.999}) {
      if (et::Step{count, &two}.power(base) != et::Step{count}.power(base)) {
        FAIL_CHECK(base << " to the " << count << ", step by step");
      }
    }
  }
  for (const std::int64_t count : {1, 2, 3, 31, 32, 33, 34, 64, 65, 40, 41, 1, 1'000'000}) {
    for (const double base : {0.9, 0.999}) {  // jumps, as after a resume
      CHECK(et::Step{count, &two}.power(base) == et::Step{count}.power(base));
    }
  }
}

TEST_CASE("very late steps have powers of zero, and of one") {
  const std::int64_t late = std::int64_t(1) << 60;
  CHECK(et::Step{late}.power(0.999) == 0.0);
  CHECK(et::Step{late}.power(0.0) == 0.0);
  CHECK(et::Step{late}.power(1.0) == 1.0);
}
