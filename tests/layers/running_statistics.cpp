// SPDX-License-Identifier: MIT
// More is in norms.cpp, golden_norms.cpp and threads/norms.cpp.
#include "eigentrain/layers/running_statistics.hpp"

#include "eigentrain/layers/batch_norm.hpp"
#include "support/catch.hpp"
#include "support/visitor.hpp"

namespace et = eigentrain;

TEST_CASE("running statistics are reset to 0 and 1") {
  et::BatchNorm<float> norm(2);
  norm.running_mean().setConstant(5.0f);
  norm.set_batches(3);
  const et::BatchNorm<float>& seen = norm;
  CHECK(seen.running_mean().data() == norm.running_mean().data());
  CHECK(seen.running_variance().data() == norm.running_variance().data());
  norm.reset_statistics();
  CHECK(norm.batches() == 0);
  CHECK((norm.running_mean().array() == 0.0f).all());
  CHECK((norm.running_variance().array() == 1.0f).all());
}

TEST_CASE("running statistics say whether they are cumulative, and are saved with their count") {
  et::BatchNorm<float> norm(2), fresh(2);
  CHECK_FALSE(norm.cumulative());
  norm.set_cumulative(true);
  CHECK(norm.cumulative());
  norm.set_batches(3);
  norm.running_variance().setConstant(7.0f);
  et::test::MemoryVisitor visit;
  norm.visit_state(visit);
  visit.restores = true;
  fresh.visit_state(visit);
  CHECK(fresh.batches() == 3);
  CHECK((fresh.running_variance().array() == 7.0f).all());
}

TEST_CASE("a count of batches that can't be isn't taken from a file") {
  const et::BatchNorm<float> norm(2);
  CHECK(et::test::fault_with(norm, "num_batches_tracked", -1) ==
        "BatchNorm: batches must be at least 0, got -1");
  CHECK(et::test::fault_with(norm, "num_batches_tracked", 5) == "none");
}
