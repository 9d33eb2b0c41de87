// SPDX-License-Identifier: MIT
#include "eigentrain/optim/yogi.hpp"

#include "support/catch.hpp"
#include "support/levels.hpp"
#include "support/run_hash.hpp"

namespace et = eigentrain;

TEST_CASE("a run of Yogi has the same bits at every level") {
  et::test::at_every_level([] {
    CHECK(et::test::run_hash(et::Yogi<float>({.weight_decay = 0.1})) == 0xDA3C324703540E33u);
  });
}

TEST_CASE("Yogi's defaults are its authors', and bad options throw") {
  CHECK(et::YogiOptions{}.learning_rate(0) == 1e-2);
  CHECK(et::YogiOptions{}.initial == 1e-6);
  CHECK_THROWS_WITH(et::Yogi<float>({.weight_decay = -1.0}),
                    "add_decay: decay must be in [0, inf), got -1");
}
