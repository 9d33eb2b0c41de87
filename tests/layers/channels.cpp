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

TEST_CASE("a batch of nothing has nothing along any axis") {
  const et::Channels<float> none;
  CHECK(none.data == nullptr);
  for (const Eigen::Index size :
       {none.samples, none.positions, none.channels, none.inner, none.stride, none.size()}) {
    CHECK(size == 0);
  }
}
