// SPDX-License-Identifier: MIT
#include "clipping/adding.hpp"

#include "support/catch.hpp"

namespace et = eigentrain;
using Eigen::Index;

TEST_CASE("a sequence has a mark in each half, and the target is the sum of what is marked") {
  for (const Index length : {Index(2), Index(4), Index(50)}) {
    et::Generator random(5);
    const Index size = 500;
    const auto batch = clipping::adding<double>(length, size, random);
    REQUIRE(batch.size() == size);
    REQUIRE(batch.length() == length);
    REQUIRE(batch.inputs.rows() == 2);
    Eigen::VectorXi marks_at = Eigen::VectorXi::Zero(length);
    for (Index i = 0; i < size; ++i) {
      int first_half = 0, second_half = 0;
      double sum = 0.0;
      for (Index t = 0; t < length; ++t) {
        const double number = batch.inputs(0, t * size + i), mark = batch.inputs(1, t * size + i);
        CHECK((number >= -1.0 && number < 1.0));
        CHECK((mark == 0.0 || mark == 1.0));
        if (mark == 0.0) continue;
        (t < length / 2 ? first_half : second_half) += 1;
        marks_at[t] += 1;
        sum += number;
      }
      CHECK(first_half == 1);
      CHECK(second_half == 1);
      CHECK(batch.targets[i] == Approx(sum).margin(1e-14));
    }
    CHECK(marks_at.minCoeff() > 0);  // 20 of each are expected, or more
    const double mean = batch.targets.mean();
    CHECK(std::abs(mean) < 0.15);  // 4 standard deviations
    CHECK((batch.targets.array() - mean).square().mean() == Approx(2.0 / 3.0).margin(0.14));
  }
}

TEST_CASE("batches go on with the generator, and the same one makes the same again") {
  et::Generator random(5), again(5);
  const auto first = clipping::adding<float>(10, 3, random);
  const auto second = clipping::adding<float>(10, 3, random);
  CHECK(first.inputs != second.inputs);
  CHECK(first.inputs == clipping::adding<float>(10, 3, again).inputs);
  CHECK(random.position() != again.position());
  CHECK(second.inputs == clipping::adding<float>(10, 3, again).inputs);
  CHECK(random == again);
}

TEST_CASE("sequences without two halves are refused") {
  et::Generator random(5);
  for (const Index length : {Index(0), Index(1), Index(7), Index(-2)}) {
    CHECK_THROWS_WITH(clipping::adding<float>(length, 3, random), ContainsSubstring("even number"));
  }
  CHECK_THROWS_WITH(clipping::adding<float>(4, 0, random), ContainsSubstring("at least one"));
  CHECK(random.position() == 0);
}
