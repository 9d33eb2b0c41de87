// SPDX-License-Identifier: MIT
#include "eigentrain/core/scratch.hpp"

#include "support/allocations.hpp"
#include "support/catch.hpp"

using eigentrain::detail::Scratch;

TEST_CASE("scratch grows, and copies begin without any") {
  Scratch scratch;
  float* const values = scratch.room<float>(100);
  values[99] = 7.0f;
  CHECK(scratch.room<double>(50)[49] != 0.0);  // the same memory
  CHECK(static_cast<void*>(scratch.room<double>(50)) == values);
  CHECK(eigentrain::test::allocations_in([&] {
          Scratch copy = scratch;
          scratch = copy;
        }) == 0);
  CHECK(static_cast<void*>(scratch.room<float>(100)) == values);
  Scratch copy = scratch;
  CHECK(static_cast<void*>(copy.room<float>(100)) != values);
}
