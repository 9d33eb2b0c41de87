// SPDX-License-Identifier: MIT
// More is in batch_norm.cpp.
#include "eigentrain/layers/normalized.hpp"

#include "support/catch.hpp"

namespace et = eigentrain;

TEST_CASE("values are normalized by both parts of their mean") {
  using P = et::Packet<float, 4>;
  const float mean = 0x1p24f, rest = 0.5f, scale = 2.0f;
  const et::detail::Normalization<const float> by{&mean, &rest, &scale};
  const P x(0x1p24f + 2.0f);
  CHECK(et::detail::normalized_lanes(x, P(mean), P(rest), P(scale))[3] == 3.0f);
  CHECK(et::detail::NormalizedSets<false, true, float>(by).at<4>(7).of(x)[3] == 3.0f);
  CHECK(et::detail::NormalizedSets<false, false, float>(by).at<4>(7).of(x)[3] == x[3]);
}
