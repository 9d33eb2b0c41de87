// SPDX-License-Identifier: MIT
#include "eigentrain/core/met.hpp"

#include <utility>

#include "support/catch.hpp"

namespace et = eigentrain;

TEST_CASE("who was met is known until somebody else is") {
  int one = 0, other = 0;
  et::detail::Met met;
  CHECK_FALSE(met.has_met(&one));
  met.meet(&one);
  CHECK(met.has_met(&one));
  met.meet(&other);
  CHECK_FALSE(met.has_met(&one));
  CHECK(met.has_met(&other));
  met.forget();
  CHECK_FALSE(met.has_met(&other));
}

TEST_CASE("a copy has met nobody, nor has who was moved or assigned to, or moved from") {
  int one = 0;
  et::detail::Met met;
  met.meet(&one);
  et::detail::Met copy = met;
  CHECK_FALSE(copy.has_met(&one));
  CHECK(met.has_met(&one));
  copy.meet(&one);
  copy = met;
  CHECK_FALSE(copy.has_met(&one));
  CHECK(met.has_met(&one));

  copy.meet(&one);
  const et::detail::Met moved = std::move(copy);
  CHECK_FALSE(moved.has_met(&one));
  CHECK_FALSE(copy.has_met(&one));
  copy.meet(&one);
  copy = std::move(met);
  CHECK_FALSE(copy.has_met(&one));
  CHECK_FALSE(met.has_met(&one));
}
