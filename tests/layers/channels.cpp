// SPDX-License-Identifier: MIT
// More is in norms.cpp, golden_norms.cpp and threads/norms.cpp.
#include "eigentrain/layers/channels.hpp"

#include "support/catch.hpp"

namespace et = eigentrain;

TEST_CASE("a batch that may be written can be read, and has its size") {
  float value = 0.0f;
  const et::Channels<float> batch{&value, 2, 3, 4, 5, 20};
  const et::Channels<const float> seen = batch;
  CHECK(seen.size() == 120);
  CHECK(et::detail::same_shape(seen, batch));
}
