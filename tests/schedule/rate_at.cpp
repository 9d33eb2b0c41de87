// SPDX-License-Identifier: MIT
#include "eigentrain/schedule/rate_at.hpp"

#include <cmath>

#include "support/catch.hpp"

namespace et = eigentrain;

TEST_CASE("a schedule's rates are checked where they are used") {
  const et::Schedule falling([](std::int64_t step) { return 1.0 - 0.5 * double(step); });
  CHECK(et::detail::rate_at(falling, 0, "me")[0] == 1.0);
  CHECK(et::detail::rate_at(falling, 2, "me")[0] == 0.0);
  CHECK_THROWS_WITH(
      et::detail::rate_at(falling, 3, "me"),
      "me: the learning rate must be in [0, inf), but the schedule gives -0.5 at step 3");
  for (const double bad : {HUGE_VAL, -HUGE_VAL, std::nan("")}) {
    CHECK_THROWS_AS(et::detail::rate_at([bad](std::int64_t) { return bad; }, 0, "me"),
                    std::invalid_argument);
  }
}
