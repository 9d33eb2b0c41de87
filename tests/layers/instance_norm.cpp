// SPDX-License-Identifier: MIT
// Its running statistics; more is in norms.cpp and golden_norms.cpp.
#include "eigentrain/layers/instance_norm.hpp"

#include <limits>
#include <stdexcept>

#include "layers/oracle.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"
#include "support/hash.hpp"
#include "support/levels.hpp"
#include "support/visitor.hpp"

namespace et = eigentrain;
using namespace eigentrain::test;
using Eigen::Index;

namespace {

/// Rows are the channels' values, neighbours within a channel; columns are samples.
template <class S>
et::Channels<S> apart(Batch<S>& batch, Index channels) {
  return {batch.data(), batch.cols(), 1, channels, batch.rows() / channels, batch.rows()};
}

}  // namespace

TEST_CASE("instance norm tracks nothing unless it is asked to") {
  const et::InstanceNormOptions defaults;
  CHECK(defaults.epsilon == 1e-5);
  CHECK_FALSE(defaults.track);
  CHECK(defaults.momentum == 0.1);
  CHECK_FALSE(defaults.cumulative);
  et::InstanceNorm<double> norm(2), tracking(2, {.track = true});
  Batch<double> x = noise_batch<double>(8, 3, 1), y = x, same = x;
  norm.forward(apart(x, 2), apart(y, 2));
  tracking.forward(apart(x, 2), apart(same, 2));
  CHECK(same_bits(same, y));
  norm.evaluate(apart(x, 2), apart(same, 2));
  CHECK(same_bits(same, y));
  CHECK_FALSE(norm.tracks());
  CHECK(norm.batches() == 0);
  CHECK(norm.running_mean() == Eigen::Vector2d(0, 0));
  CHECK(norm.running_variance() == Eigen::Vector2d(1, 1));
  MemoryVisitor visit;
  norm.visit_state(visit);
  CHECK(visit.kept.empty());
}

TEST_CASE("instance norm tracks means over the samples, of unbiased variances") {
  et::InstanceNorm<double> norm(2, {.track = true, .momentum = 0.25});
  CHECK(norm.tracks());
  Batch<double> x(4, 2), y(4, 2);
  x.col(0) << 1, 3, -4, 4;                 // variances 2 and 32 (not 1 and 16)
  x.col(1) << 5, 9, 6, 6;                  // 8 and 0
  norm.forward(apart(x, 2), apart(x, 2));  // in place
  CHECK(norm.running_mean() == Eigen::Vector2d(0.25 * 4.5, 0.25 * 3));
  CHECK(norm.running_variance() == Eigen::Vector2d(0.75 + 0.25 * 5, 0.75 + 0.25 * 16));
  CHECK(norm.batches() == 1);
  // Evaluation takes single values, so matrices.
  Batch<double> row(2, 1), evaluated(2, 1);
  row << 2, 0.75;
  norm.gamma()[0] = 3;
  norm.beta()[0] = -1;
  norm.evaluate(row, evaluated);
  CHECK(evaluated(0, 0) == Approx(3 * (2 - 1.125) / std::sqrt(2 + 1e-5) - 1));
  CHECK(evaluated(1, 0) == 0);
  CHECK(norm.batches() == 1);
  norm.set_momentum(1.0);  // the batch alone
  x.col(0) << 1, 3, -4, 4;
  norm.forward(apart(x, 2), apart(y, 2));
  norm.forward(apart(x, 2), apart(y, 2));
  CHECK(norm.batches() == 3);
  CHECK(norm.running_mean()[1] == Approx((0 + x(2, 1) / 2 + x(3, 1) / 2) / 2).margin(1e-12));
}

TEST_CASE("instance norm's cumulative average weighs all batches the same, and is saved") {
  et::InstanceNorm<double> norm(1, {.track = true, .cumulative = true}), resumed = norm;
  Batch<double> x(2, 2);
  double sum = 0;
  for (int batch = 1; batch <= 5; ++batch) {
    x << batch, 7, 3 * batch, 9;
    norm.forward(apart(x, 1), apart(x, 1));
    sum += (2 * batch + 8) / 2.0;
    CHECK(norm.running_mean()[0] == Approx(sum / batch));
  }
  MemoryVisitor visit;
  norm.visit_state(visit);
  CHECK(visit.kept.size() == 3);
  visit.restores = true;
  resumed.visit_state(visit);
  x << 2, 7, 1, 8;
  Batch<double> again = x;
  norm.forward(apart(x, 1), apart(x, 1));
  resumed.forward(apart(again, 1), apart(again, 1));
  CHECK(resumed.batches() == 6);
  CHECK(same_bits(resumed.running_mean(), norm.running_mean()));
  CHECK(same_bits(resumed.running_variance(), norm.running_variance()));
}

TEMPLATE_TEST_CASE("a batch that is not finite, or empty, leaves instance norm's statistics alone",
                   "", float, double) {
  using S = TestType;
  constexpr S infinity = std::numeric_limits<S>::infinity();
  for (const S bad : {std::numeric_limits<S>::quiet_NaN(), infinity, -infinity}) {
    et::InstanceNorm<S> norm(19, {.track = true, .cumulative = true});
    Batch<S> x = noise_batch<S>(19 * 3, 4, 1), y = x, none(19 * 3, 0);
    norm.forward(apart(x, 19), apart(y, 19));
    const auto mean = hash(norm.running_mean()), variance = hash(norm.running_variance());
    x(17 * 3 + 1, 2) = bad;
    norm.forward(apart(x, 19), apart(y, 19));
    norm.forward(apart(none, 19), apart(none, 19));
    CHECK(hash(norm.running_mean()) == mean);
    CHECK(hash(norm.running_variance()) == variance);
    CHECK(norm.batches() == 1);
    CHECK(std::isnan(y(17 * 3 + 1, 2)));  // not hidden either
    CHECK(std::isfinite(y(17 * 3 + 1, 1)));
  }
}

TEMPLATE_TEST_CASE("the bits of instance norm's statistics", "", float, double) {
  using S = TestType;
  constexpr Index channels = 300, values = 7, samples = 5;
  for (const bool near : {true, false}) {
    const std::uint64_t expected = sizeof(S) == 4
                                       ? (near ? 0xe1127d1626cc59edu : 0xb367d0c07e92f0bfu)
                                       : (near ? 0x6e0f9a8e38b11423u : 0xb1d2d851e19ddd88u);
    at_every_level([&] {
      et::InstanceNorm<S> norm(channels, {.track = true});
      Batch<S> x = noise_batch<S>(channels * values, samples, 1), y = x;
      x.array() += S(3);
      // The same numbers in both orders.
      Batch<S> turned = x;
      for (Index n = 0; n < samples; ++n) {
        for (Index k = 0; k < channels * values; ++k) {
          turned(k / values + channels * (k % values), n) = x(k, n);
        }
      }
      et::Channels<S> in = apart(x, channels), out = apart(y, channels);
      if (near) {
        in = {turned.data(), samples, values, channels, 1, channels};
        out = {y.data(), samples, values, channels, 1, channels};
      }
      norm.forward(in, out);
      norm.forward(out, out);
      norm.evaluate(in, out);
      const std::uint64_t now = hash_bits(norm.running_mean().data(), channels) ^
                                (3 * hash_bits(norm.running_variance().data(), channels)) ^
                                (5 * hash_bits(y.data(), y.size()));
      CAPTURE(near);
      CHECK(now == expected);
    });
  }
}

TEST_CASE("instance norm that tracks refuses bad options and shapes, and changes nothing") {
  CHECK_THROWS_WITH(et::InstanceNorm<float>(4, {.momentum = 1.5}),
                    "InstanceNorm: momentum must be in [0, 1], got 1.5");
  et::InstanceNorm<float> norm(4, {.track = true});
  Batch<float> x = noise_batch<float>(8, 3, 1), y = x, one = x.topRows(4), wrong = x.topRows(3);
  norm.forward(apart(x, 4), apart(y, 4));
  const auto mean = hash(norm.running_mean());
  CHECK_THROWS_WITH(norm.forward(one, one),
                    "InstanceNorm: the input has 1 values a group and sample, but must have at "
                    "least 2");
  CHECK_THROWS_WITH(norm.evaluate(wrong, wrong),
                    "InstanceNorm: the input is 3x3, but must have 4 rows, one a feature");
  CHECK_THROWS_WITH(norm.evaluate(apart(wrong, 3), apart(wrong, 3)),
                    "InstanceNorm: the input has 3 channels, but must have 4");
  CHECK_THROWS_AS(norm.evaluate(apart(x, 4), apart(one, 4)), std::invalid_argument);
  CHECK(hash(norm.running_mean()) == mean);
  CHECK(norm.batches() == 1);
  CHECK(allocations_in([&] {
          norm.forward(apart(x, 4), apart(y, 4));
          norm.backward(apart(x, 4), apart(y, 4));
          norm.evaluate(apart(x, 4), apart(y, 4));
        }) == 0);
}
