// SPDX-License-Identifier: MIT
// More is in norms.cpp, golden_norms.cpp and threads/norms.cpp.
#include "eigentrain/layers/channel_sets.hpp"

#include "support/catch.hpp"

namespace et = eigentrain;

TEST_CASE("a channel's values are a set") {
  const et::Channels<float> last{nullptr, 2, 3, 4, 1, 4}, first{nullptr, 2, 1, 4, 5, 20};
  CHECK(et::detail::channel_sets(last).across);
  CHECK(et::detail::channel_sets(first).size() == 10);
  CHECK(et::detail::channel_memory(first).set == 5);
}
