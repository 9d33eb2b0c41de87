// SPDX-License-Identifier: MIT
// More is in norms.cpp.
#include "eigentrain/layers/kept_batch.hpp"

#include "support/catch.hpp"

namespace et = eigentrain;

TEST_CASE("what is kept of a batch lies as its output does") {
  et::detail::KeptBatch<float> kept;
  CHECK(!kept.is_there());
  alignas(64) float output[64];
  const et::Channels<const float> input{output, 2, 1, 3, 4, 16};
  for (int offset = 0; offset < 20; ++offset) {
    const et::Channels<float> to = kept.prepare(input, output + offset);
    CHECK(reinterpret_cast<std::uintptr_t>(to.data) % 64 ==
          4 * (static_cast<unsigned>(offset) % 16));
    CHECK(to.stride == 12);
    to.data[23] = 7.0f;
    const et::detail::KeptBatch<float> copy = kept;
    CHECK(copy.values().data != to.data);
    CHECK(copy.values().data[23] == 7.0f);
    CHECK(kept.values().data == to.data);
  }
  CHECK(kept.is_there());
}
