// SPDX-License-Identifier: MIT
// More is in norms.cpp and batch_norm.cpp.
#include "eigentrain/layers/kept_batch.hpp"

#include "support/catch.hpp"

namespace et = eigentrain;

TEST_CASE("what is kept of a batch lies as its output does") {
  et::detail::KeptBatch<float> kept;
  alignas(64) float input[64], output[64];
  const et::Channels<float> from{input, 2, 1, 3, 4, 16};
  CHECK_THROWS_WITH(kept.require_gradients(from, from, "Norm"),
                    "Norm: backward() needs a forward() before it");
  for (int offset = 0; offset < 20; ++offset) {
    const et::Channels<float> to = kept.prepare(from, {output + offset, 2, 1, 3, 4, 16}, "Norm");
    CHECK(reinterpret_cast<std::uintptr_t>(to.data) % 64 ==
          4 * (static_cast<unsigned>(offset) % 16));
    CHECK(to.stride == 12);
    to.data[23] = 7.0f;
    const et::detail::KeptBatch<float> copy = kept;
    CHECK(copy.values("Norm").data != to.data);
    CHECK(copy.values("Norm").data[23] == 7.0f);
    CHECK(kept.values("Norm").data == to.data);
  }
  CHECK_NOTHROW(kept.require_gradients(from, from, "Norm"));
  CHECK_THROWS_WITH(kept.require_input(from, "Norm"), ContainsSubstring("takes no input"));
}

TEST_CASE("where no batch is kept, its shape is") {
  et::detail::KeptBatch<float> kept(false);
  float input[24], output[24];
  const et::Channels<float> from{input, 2, 1, 3, 4, 12}, to{output, 2, 1, 3, 4, 12};
  CHECK(kept.prepare(from, to, "Norm").data == output);
  CHECK_NOTHROW(kept.require_input(from, "Norm"));
  CHECK_THROWS_WITH(kept.require_input({input, 1, 1, 3, 4, 12}, "Norm"),
                    ContainsSubstring("but must be 2"));
  CHECK_THROWS_WITH(kept.require_gradients(from, {output, 1, 1, 3, 4, 12}, "Norm"),
                    ContainsSubstring("but must be 2"));
  CHECK_THROWS_WITH(kept.values("Norm"), ContainsSubstring("needs the input too"));
  CHECK_THROWS_WITH(kept.prepare(from, from, "Norm"), ContainsSubstring("the output is the input"));
}
