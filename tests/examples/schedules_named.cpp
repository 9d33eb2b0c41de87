// SPDX-License-Identifier: MIT
#include "schedules/named.hpp"

#include <cmath>

#include "support/catch.hpp"

TEST_CASE("every named schedule stays between 0 and its rate, and reaches most of it") {
  CHECK(schedules::named().size() == 15);
  for (const auto& [name, make] : schedules::named()) {
    for (const std::int64_t steps : {1, 2, 7, 100, 1001}) {
      CAPTURE(name, steps);
      const eigentrain::Schedule rate = make(0.5, steps);
      double highest = 0.0;
      bool is_within = true;
      for (std::int64_t t = 0; t < steps + 5; ++t) {
        is_within = is_within && rate(t) >= 0.0 && rate(t) <= 0.5 * (1 + 1e-12);
        highest = std::fmax(highest, rate(t));
      }
      CHECK(is_within);
      if (steps >= 100) {
        CHECK(highest > 0.49);
        if (name != "constant") CHECK(rate(steps - 1) < 0.4);
      }
    }
  }
}
