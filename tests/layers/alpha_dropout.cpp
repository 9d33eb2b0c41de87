// SPDX-License-Identifier: MIT
#include "eigentrain/layers/alpha_dropout.hpp"

#include <limits>
#include <stdexcept>
#include <unsupported/Eigen/CXX11/Tensor>

#include "eigentrain/core/distributions.hpp"
#include "golden/alpha_dropout.hpp"
#include "layers/oracle.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"
#include "support/levels.hpp"
#include "support/statistics.hpp"

using eigentrain::AlphaDropout;
using eigentrain::Generator;
using namespace eigentrain::test;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

}  // namespace

TEST_CASE("alpha dropout's numbers are PyTorch's") {
  // torch 1.13.1, double: F.alpha_dropout(tensor of 1, p, True), and of −2, which gives a and b;
  // the dropped value is the third that is seen. 0.5's are in closed form, too.
  struct Row {
    double rate, kept_one, kept_minus_two, dropped;
  };
  for (const Row& row : {Row{0.1, 1.0832554862072818, -1.6805980622418528, -1.457738730518132},
                         Row{0.25, 1.2484393199277575, -1.3533344516460422, -1.1435441882094726},
                         Row{0.5, 1.6655988251839635, -0.9936158588138322, -0.7791939305180315},
                         Row{0.8, 2.8875639727212308, -0.7121724956409752, -0.42191295415012364}}) {
    const AlphaDropout<double> layer({.rate = row.rate});
    CAPTURE(row.rate);
    CHECK(layer.scale() + layer.shift() == Approx(row.kept_one).epsilon(1e-14));
    CHECK(-2 * layer.scale() + layer.shift() == Approx(row.kept_minus_two).epsilon(1e-14));
    Generator random(1);
    AlphaDropout<double> dropout({.rate = row.rate});
    Batch<double> x = Batch<double>::Constant(600, 1, 1.0), y(600, 1);
    dropout.forward(x, y, random);
    CHECK(y.maxCoeff() == layer.scale() + layer.shift());
    CHECK(y.minCoeff() == Approx(row.dropped).epsilon(1e-14));
    CHECK(((y.array() == y.maxCoeff()) || (y.array() == y.minCoeff())).all());
  }
}

TEST_CASE("alpha dropout's numbers follow from SELU's definition") {
  // Of 60 digits, see tests/golden/alpha_dropout.py. The constant is the product of two doubles, as
  // PyTorch's, and one unit in the last place beside the exact one.
  namespace exact = golden::alpha_dropout;
  CHECK(AlphaDropout<float>::dropped_value == -exact::selu_lambda * exact::selu_alpha);
  CHECK(std::nextafter(AlphaDropout<float>::dropped_value, -2.0) == exact::dropped_value);
  for (const exact::Row& row : exact::rows) {
    const AlphaDropout<double> layer({.rate = row.rate});
    CAPTURE(row.rate);
    CHECK(std::abs(layer.scale() / row.scale - 1) < 1e-15);
    CHECK(std::abs(layer.shift() / row.shift - 1) < 1e-15);
  }
}

TEMPLATE_TEST_CASE("alpha dropout keeps mean and variance", "[long]", float, double) {
  using S = TestType;
  constexpr Eigen::Index size = 400'000;
  Batch<S> x(size, 1), y(size, 1);
  Generator random(4);
  eigentrain::fill_normal(x.data(), size, 0.0, 1.0, random);
  for (const double rate : {0.05, 0.2, 0.5, 0.9}) {
    AlphaDropout<S> dropout({.rate = rate});
    dropout.forward(x, y, random);
    const Moments seen = moments(y.data(), size);
    // The fourth moment of what is kept grows like a⁴, and with it the spread of the variance.
    const double a = dropout.scale(), unit = 1 / std::sqrt(double(size));
    CAPTURE(rate, seen.mean, seen.variance);
    CHECK(std::abs(seen.mean) < 5 * unit);
    CHECK(std::abs(seen.variance - 1) < 5 * unit * std::sqrt(3 * a * a * a * a * (1 - rate) + 10));
  }
}

TEMPLATE_TEST_CASE("alpha dropout's backward is its derivative, for Dropout's mask", "", float,
                   double) {
  using S = TestType;
  std::uint64_t first = 0;
  at_every_level([&] {
    Generator random(42), other(42);
    AlphaDropout<S> dropout({.rate = 0.3});
    const Batch<S> x = noise_batch<S>(123, 17, 1), c = noise_batch<S>(123, 17, 2);
    Batch<S> y(123, 17), dx(123, 17);
    dropout.forward(x, y, random);
    dropout.backward(c, dx);
    eigentrain::detail::DropoutMask mask;
    mask.draw(x.size(), 0.3, other);
    CHECK(random == other);
    const S a = static_cast<S>(dropout.scale()), b = static_cast<S>(dropout.shift());
    bool right = true;
    for (Eigen::Index i = 0; i < x.size(); ++i) {
      const bool gone = mask.is_dropped(i);
      right = right && dx.data()[i] == (gone ? S(0) : c.data()[i] * a);
      if (!gone) right = right && y.data()[i] == x.data()[i] * a + b;
    }
    CHECK(right);
    const std::uint64_t seen = hash(y) ^ hash(dx);
    if (first == 0) first = seen;
    CHECK(seen == first);
    CHECK(seen == (sizeof(S) == 4 ? 0xa5add826cd60e0f1u : 0xc99f815aad13a7au));
    // In place.
    Batch<S> z = x;
    random = Generator(42);
    dropout.forward(z, z, random);
    CHECK(same_bits(z, y));
    z = c;
    dropout.backward(z, z);
    CHECK(same_bits(z, dx));
  });
}

TEST_CASE("alpha dropout of nothing and of everything, with infinities") {
  Batch<float> x = noise_batch<float>(37, 29, 2), y(37, 29);
  x(0, 0) = static_cast<float>(infinity);
  x(1, 0) = static_cast<float>(not_a_number);
  x(2, 0) = -0.0f;
  Generator random(1);
  AlphaDropout<float> dropout({.rate = 0.0});
  dropout.forward(x, y, random);
  CHECK(same_bits(y, x));
  dropout.backward(x, y);
  CHECK(same_bits(y, x));
  dropout.set_rate(1.0);
  dropout.forward(x, y, random);
  CHECK(same_bits(y, Batch<float>(Batch<float>::Zero(37, 29))));
  dropout.backward(x, y);
  CHECK(same_bits(y, Batch<float>(Batch<float>::Zero(37, 29))));
  dropout.evaluate(x, y);
  CHECK(same_bits(y, x));
  // Near 1, everything that is dropped is near 0.
  dropout.set_rate(1 - 1e-12);
  dropout.forward(Batch<float>::Ones(37, 29), y, random);
  CHECK(y.array().abs().maxCoeff() < 1e-5f);
}

TEST_CASE("alpha dropout takes tensors, refuses what is wrong, and allocates once") {
  AlphaDropout<float> dropout({.rate = 0.5});
  Generator random(1);
  Eigen::Tensor<float, 3> x(4, 5, 6), y(4, 5, 6), wrong(4, 6, 5);
  x.setConstant(1.0f);
  CHECK_THROWS_WITH(dropout.backward(x, y), "AlphaDropout: backward() needs a forward() before it");
  dropout.forward(x, y, random);
  const auto position = random.position();
  CHECK_THROWS_WITH(dropout.forward(x, wrong, random),
                    "AlphaDropout: the output is 4x6x5, but must be 4x5x6");
  CHECK_THROWS_WITH(dropout.backward(wrong, y),
                    "AlphaDropout: the output's gradient is 4x6x5, but must be 4x5x6");
  CHECK_THROWS_WITH(dropout.evaluate(x, wrong),
                    "AlphaDropout: the output is 4x6x5, but must be 4x5x6");
  CHECK(random.position() == position);
  CHECK(allocations_in([&] {
          dropout.forward(x, y, random);
          dropout.backward(y, y);
          dropout.evaluate(x, y);
        }) == 0);
  for (const double rate : {-0.1, 1.0000001, infinity, not_a_number}) {
    CHECK_THROWS_AS(AlphaDropout<float>({.rate = rate}), std::invalid_argument);
    CHECK_THROWS_AS(dropout.set_rate(rate), std::invalid_argument);
  }
  CHECK(dropout.rate() == 0.5);
  CHECK_THROWS_WITH(dropout.set_rate(2), "AlphaDropout: rate must be in [0, 1], got 2");
}

TEST_CASE("nothing dropped leaves values as they are, and all of it leaves 0") {
  AlphaDropout<double> layer({.rate = 0.0});
  CHECK(layer.scale() == 1.0);
  CHECK(layer.shift() == 0.0);
  layer.set_rate(1.0);
  CHECK(layer.scale() == 0.0);
  CHECK(layer.shift() == 0.0);
}
