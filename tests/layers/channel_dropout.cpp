// SPDX-License-Identifier: MIT
#include "eigentrain/layers/channel_dropout.hpp"

#include <limits>
#include <stdexcept>
#include <unsupported/Eigen/CXX11/Tensor>

#include "layers/oracle.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"
#include "support/hash.hpp"
#include "support/levels.hpp"

using eigentrain::ChannelDropout;
using eigentrain::Generator;
using eigentrain::NoAxis;
using namespace eigentrain::test;

using Pictures = Eigen::Tensor<float, 4>;                // C×H×W×N
using Torch = Eigen::Tensor<float, 4, Eigen::RowMajor>;  // N×C×H×W

TEST_CASE("channel dropout drops the same channels in both layouts") {
  const Eigen::Index C = 6, H = 4, W = 5, N = 9;
  Pictures x(C, H, W, N), y(C, H, W, N), dx(C, H, W, N);
  Torch tx(N, C, H, W), ty(N, C, H, W);
  const Batch<float> noise = noise_batch<float>(x.size(), 1, 1);
  std::copy_n(noise.data(), x.size(), x.data());
  for (Eigen::Index n = 0; n < N; ++n) {
    for (Eigen::Index c = 0; c < C; ++c) {
      for (Eigen::Index i = 0; i < H * W; ++i) tx(n, c, i / W, i % W) = x(c, i / W, i % W, n);
    }
  }
  at_every_level([&] {
    Generator random(3), other(3);
    ChannelDropout<float> dropout({.rate = 0.5, .channel_axis = 0, .sample_axis = 3});
    ChannelDropout<float> torch({.rate = 0.5, .channel_axis = 1, .sample_axis = 0});
    dropout.forward(x, y, random);
    torch.forward(tx, ty, other);
    dropout.backward(x, dx);  // linear, so the derivative of y by x along x is y
    CHECK(hash_bits(dx.data(), dx.size()) == hash_bits(y.data(), y.size()));
    CHECK(hash_bits(y.data(), y.size()) == 0x2158972130fceef7u);
    int gone = 0;
    bool equal = true, whole = true;
    for (Eigen::Index n = 0; n < N; ++n) {
      for (Eigen::Index c = 0; c < C; ++c) {
        const bool zero = y(c, 0, 0, n) == 0.0f;
        gone += zero ? 1 : 0;
        for (Eigen::Index i = 0; i < H * W; ++i) {
          const float value = y(c, i / W, i % W, n);
          whole = whole && value == (zero ? 0.0f : 2 * x(c, i / W, i % W, n));
          equal = equal && value == ty(n, c, i / W, i % W);
        }
      }
    }
    CHECK(whole);
    CHECK(equal);
    CHECK((gone > 12 && gone < 42));  // of 54
    Pictures z = x;
    random = Generator(3);
    dropout.forward(z, z, random);  // in place
    CHECK(hash_bits(z.data(), z.size()) == hash_bits(y.data(), y.size()));
  });
}

TEST_CASE("channel dropout drops with its rate, and keeps the mean") {
  Generator random(1);
  Eigen::Tensor<float, 3> x(50, 3, 400), y(50, 3, 400);
  x.setConstant(1.0f);
  for (const double rate : {0.1, 0.5, 0.8}) {
    ChannelDropout<float> dropout({.rate = rate, .channel_axis = 0, .sample_axis = 2});
    dropout.forward(x, y, random);
    double sum = 0;
    for (Eigen::Index i = 0; i < y.size(); ++i) sum += static_cast<double>(y.data()[i]);
    const double mean = sum / double(y.size());
    CHECK(std::abs(mean - 1) < 5 * std::sqrt(rate / (1 - rate) / (50 * 400)));
  }
}

TEST_CASE("channel dropout of nothing and of everything, with infinities") {
  Pictures x(3, 2, 2, 4), y(3, 2, 2, 4);
  x.setConstant(std::numeric_limits<float>::infinity());
  x(0, 0, 0, 0) = -0.0f;
  Generator random(1);
  ChannelDropout<float> dropout({.rate = 0.0, .channel_axis = 0, .sample_axis = 3});
  dropout.forward(x, y, random);
  CHECK(hash_bits(y.data(), y.size()) == hash_bits(x.data(), x.size()));
  dropout.evaluate(x, y);
  CHECK(hash_bits(y.data(), y.size()) == hash_bits(x.data(), x.size()));
  dropout.set_rate(1.0);
  Pictures zero(3, 2, 2, 4);
  zero.setZero();
  dropout.forward(x, y, random);
  CHECK(hash_bits(y.data(), y.size()) == hash_bits(zero.data(), zero.size()));
  dropout.backward(x, y);
  CHECK(hash_bits(y.data(), y.size()) == hash_bits(zero.data(), zero.size()));
}

TEST_CASE("channel dropout refuses what is wrong, and allocates once") {
  Generator random(1);
  Pictures x(3, 2, 2, 4), y(3, 2, 2, 4), wrong(3, 2, 4, 2);
  x.setConstant(1.0f);
  ChannelDropout<float> unnamed, dropout({.rate = 0.5, .channel_axis = 0, .sample_axis = 3});
  CHECK_THROWS_WITH(unnamed.forward(x, y, random),
                    "ChannelDropout: this tensor does not say which axes are channels and samples; "
                    "give both, as in {.channel_axis = 0, .sample_axis = 3}");
  CHECK_THROWS_WITH(dropout.backward(x, y),
                    "ChannelDropout: backward() needs a forward() before it");
  CHECK_THROWS_WITH(dropout.forward(x, wrong, random),
                    "ChannelDropout: the output is 3x2x4x2, but must be 3x2x2x4");
  for (const auto& [channel, sample] : {std::pair{4, 0}, {0, 4}, {-3, 1}, {1, 1}}) {
    ChannelDropout<float> bad({.channel_axis = channel, .sample_axis = sample});
    CHECK_THROWS_AS(bad.forward(x, y, random), std::invalid_argument);
  }
  ChannelDropout<float> none({.channel_axis = NoAxis::none, .sample_axis = NoAxis::none});
  CHECK_THROWS_WITH(none.forward(x, y, random),
                    "ChannelDropout: there must be a channel_axis or a sample_axis");
  CHECK(random.position() == 0);
  dropout.forward(x, y, random);
  CHECK(allocations_in([&] {
          dropout.forward(x, y, random);
          dropout.backward(y, y);
          dropout.evaluate(x, y);
        }) == 0);
  for (const double rate : {-0.1, 1.1, std::numeric_limits<double>::quiet_NaN()}) {
    CHECK_THROWS_AS(ChannelDropout<float>({.rate = rate}), std::invalid_argument);
    CHECK_THROWS_AS(dropout.set_rate(rate), std::invalid_argument);
  }
  CHECK(dropout.rate() == 0.5);
}

TEST_CASE("channel dropout of a matrix drops single values, and rows if there are no samples") {
  Generator random(1);
  const Batch<double> x = Batch<double>::Ones(40, 30);
  Batch<double> y(40, 30);
  ChannelDropout<double> values, rows({.channel_axis = 0, .sample_axis = NoAxis::none});
  values.forward(x, y, random);
  CHECK(std::abs(y.mean() - 1) < 5 / std::sqrt(1200.0));
  rows.forward(x, y, random);
  CHECK((y.rowwise().maxCoeff() == y.rowwise().minCoeff()));
  CHECK((y.col(0).minCoeff() == 0 && y.col(0).maxCoeff() == 2));
}
