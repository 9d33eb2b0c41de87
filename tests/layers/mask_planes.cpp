// SPDX-License-Identifier: MIT
// More is in dropout_mask.cpp and dropout.cpp.
#include "eigentrain/layers/mask_planes.hpp"

#include "support/catch.hpp"

namespace et = eigentrain;

TEST_CASE("a plane decides the values whose bit is not the rate's") {
  using W = et::Words<std::uint32_t, 1>;
  W dropped(0u), undecided(0b1111u);
  std::uint32_t rest = 1u << 31;  // the rate's next bits are 1 and 0
  et::detail::compare_plane(W(0b1100u), rest, dropped, undecided);
  CHECK(dropped.lanes == 0b0011u);    // 0 < 1
  CHECK(undecided.lanes == 0b1100u);  // 1 = 1
  et::detail::compare_plane(W(0b0100u), rest, dropped, undecided);
  CHECK(dropped.lanes == 0b0011u);
  CHECK(undecided.lanes == 0b1000u);  // 1 > 0: kept
}
