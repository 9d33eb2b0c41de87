// SPDX-License-Identifier: MIT
#include "eigentrain/core/step.hpp"

#include "support/catch.hpp"

TEST_CASE("papers count steps from one, schedules from zero") {
  CHECK(eigentrain::Step{}.count == 1);
  CHECK(eigentrain::Step{}.index() == 0);
  CHECK(eigentrain::Step{(std::int64_t(1) << 40) + 1}.index() == std::int64_t(1) << 40);
}
