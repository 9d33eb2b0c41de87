// SPDX-License-Identifier: MIT
#include "eigentrain/layers/gaussian_dropout.hpp"

#include <limits>
#include <stdexcept>
#include <unsupported/Eigen/CXX11/Tensor>

#include "layers/oracle.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"
#include "support/levels.hpp"
#include "support/statistics.hpp"

using eigentrain::GaussianDropout;
using eigentrain::Generator;
using namespace eigentrain::test;

TEMPLATE_TEST_CASE("gaussian dropout multiplies by fill_normal's numbers", "", float, double) {
  using S = TestType;
  const Batch<S> x = noise_batch<S>(123, 47, 1), c = noise_batch<S>(123, 47, 2);
  at_every_level([&] {
    Generator random(42, 3), other = random;
    GaussianDropout<S> dropout({.rate = 0.2});
    CHECK(dropout.std() == 0.5);
    Placed<S> in(x, 1, 2), out(Batch<S>::Zero(123, 47), 3, 1);
    dropout.forward(in.view, out.view, random);
    Batch<S> noise(123, 47), dx(123, 47);
    eigentrain::fill_normal(noise.data(), noise.size(), 1.0, 0.5, other);
    CHECK(random == other);
    CHECK(same_bits(out.view, Batch<S>(x.cwiseProduct(noise))));
    dropout.backward(c, dx);
    CHECK(same_bits(dx, Batch<S>(c.cwiseProduct(noise))));
    CHECK((in.intact() && out.intact()));
    CHECK(hash(dx) == (sizeof(S) == 4 ? 0xd455bc9b41369ec7u : 0x4f3ba7227e769a28u));
    Batch<S> z = x;
    random = Generator(42, 3);
    dropout.forward(z, z, random);  // in place
    CHECK(same_bits(z, out.view));
  });
}

TEMPLATE_TEST_CASE("gaussian dropout has Dropout's mean and variance", "[long]", float, double) {
  using S = TestType;
  constexpr Eigen::Index size = 400'000;
  const Batch<S> ones = Batch<S>::Ones(size, 1);
  Batch<S> y(size, 1);
  Generator random(1);
  for (const double rate : {0.05, 0.5, 0.9}) {
    GaussianDropout<S> dropout({.rate = rate});
    dropout.forward(ones, y, random);
    const Moments seen = moments(y.data(), size);
    const double variance = rate / (1 - rate), unit = 1 / std::sqrt(double(size));
    CAPTURE(rate);
    CHECK(std::abs(seen.mean - 1) < 5 * unit * std::sqrt(variance));
    CHECK(std::abs(seen.variance - variance) < 5 * unit * std::sqrt(2.0) * variance);
  }
}

TEST_CASE("gaussian dropout of nothing is the identity, in every bit") {
  Batch<float> x = noise_batch<float>(9, 5, 2), y(9, 5);
  x(0, 0) = std::numeric_limits<float>::infinity();
  x(1, 0) = std::numeric_limits<float>::quiet_NaN();
  x(2, 0) = -0.0f;
  Generator random(1);
  GaussianDropout<float> dropout({.rate = 0.0});
  dropout.forward(x, y, random);
  CHECK(same_bits(y, x));
  CHECK(random.position() == 64);
  dropout.backward(x, y);
  CHECK(same_bits(y, x));
  dropout.evaluate(x, y);
  CHECK(same_bits(y, x));
}

TEST_CASE("gaussian dropout takes tensors, refuses what is wrong, and never allocates") {
  GaussianDropout<float> dropout({.rate = 0.5});
  Generator random(1);
  Eigen::Tensor<float, 3, Eigen::RowMajor> x(4, 5, 60), y(4, 5, 60), wrong(4, 6, 5);
  x.setConstant(1.0f);
  CHECK_THROWS_WITH(dropout.backward(x, y),
                    "GaussianDropout: backward() needs a forward() before it");
  CHECK(allocations_in([&] {
          dropout.forward(x, y, random);
          dropout.backward(y, y);
          dropout.evaluate(x, y);
        }) == 0);
  const auto position = random.position();
  CHECK_THROWS_WITH(dropout.forward(x, wrong, random),
                    "GaussianDropout: the output is 4x6x5, but must be 4x5x60");
  CHECK(random.position() == position);
  for (const double rate : {-0.1, 1.0, 1.5, std::numeric_limits<double>::quiet_NaN()}) {
    CHECK_THROWS_AS(GaussianDropout<float>({.rate = rate}), std::invalid_argument);
    CHECK_THROWS_AS(dropout.set_rate(rate), std::invalid_argument);
  }
  CHECK(dropout.rate() == 0.5);
  CHECK_THROWS_WITH(dropout.set_rate(1), "GaussianDropout: rate must be in [0, 1), got 1");
}
