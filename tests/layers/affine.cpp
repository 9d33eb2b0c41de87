// SPDX-License-Identifier: MIT
// More is in norms.cpp, golden_norms.cpp and threads/norms.cpp.
#include "eigentrain/layers/affine.hpp"

#include "eigentrain/layers/layer_norm.hpp"
#include "support/catch.hpp"

namespace et = eigentrain;

TEST_CASE("gamma starts at 1 and beta at 0") {
  et::LayerNorm<float> norm(3);
  CHECK((norm.gamma().array() == 1.0f).all());
  CHECK((norm.beta().array() == 0.0f).all());
  // The same memory, to be read.
  const et::LayerNorm<float>& seen = norm;
  CHECK(seen.gamma().data() == norm.gamma().data());
  CHECK(seen.beta().data() == norm.beta().data());
  CHECK(seen.beta().size() == 3);
}
