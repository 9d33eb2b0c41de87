// SPDX-License-Identifier: MIT
// PyTorch's values, and what is special to one normalization.
#include <limits>
#include <stdexcept>
#include <unsupported/Eigen/CXX11/Tensor>

#include "eigentrain/layers/batch_norm.hpp"
#include "eigentrain/layers/group_norm.hpp"
#include "eigentrain/layers/instance_norm.hpp"
#include "eigentrain/layers/layer_norm.hpp"
#include "eigentrain/layers/rms_norm.hpp"
#include "golden/norms.hpp"
#include "layers/oracle.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"

namespace et = eigentrain;
namespace golden_norms = golden::norms;
using namespace eigentrain::test;
using Eigen::Index;

namespace {

constexpr Index samples = golden_norms::samples, channels = golden_norms::channels;
constexpr Index height = golden_norms::height, width = golden_norms::width;

template <class S>
using Torch = Eigen::Tensor<S, 4, Eigen::RowMajor>;  // N×C×H×W
template <class S>
using Columns = Eigen::Tensor<S, 4>;  // C×H×W×N

/// The batches of tests/golden/norms.py.
template <class S>
Torch<S> golden_batch(int seed) {
  Torch<S> values(samples, channels, height, width);
  for (Index i = 0; i < values.size(); ++i) {
    const long k = seed * 1000L + static_cast<long>(i);
    const auto level = static_cast<double>((k * k * 31 + k * 7919 + 13) % 257 - 128);
    values.data()[i] = static_cast<S>(level / 32.0 + 0.5 * static_cast<double>(i % 7));
  }
  return values;
}

/// The same values as C×H×W×N, and back.
template <class S>
void reorder(Torch<S>& torch, Columns<S>& columns, bool back) {
  columns.resize(channels, height, width, samples);
  for (Index n = 0; n < samples; ++n) {
    for (Index c = 0; c < channels; ++c) {
      for (Index h = 0; h < height; ++h) {
        for (Index w = 0; w < width; ++w) {
          S &here = torch(n, c, h, w), &there = columns(c, h, w, n);
          (back ? here : there) = back ? there : here;
        }
      }
    }
  }
}

template <class Values>
double distance(const Values& values, const double* expected) {
  double worst = 0.0;
  for (Index k = 0; k < values.size(); ++k) {
    const double off = std::abs(static_cast<double>(values.data()[k]) - expected[k]);
    const double relative = off / (1.0 + std::abs(expected[k]));
    worst = relative <= worst ? worst : relative;
    if (std::isnan(relative)) worst = std::numeric_limits<double>::infinity();
  }
  return worst;
}

template <class Norm>
void set_golden(Norm& norm) {
  for (Index f = 0; f < channels; ++f) {
    norm.gamma()[f] =
        static_cast<typename Norm::Vector::Scalar>(1.5 - 0.5 * static_cast<double>(f));
    if constexpr (requires { norm.beta(); }) {
      norm.beta()[f] =
          static_cast<typename Norm::Vector::Scalar>(0.25 * static_cast<double>(f) - 0.5);
    }
  }
}

/// Forward and backward in the memory of PyTorch, or of Eigen.
template <class S, class Norm>
void pass(Norm& norm, int step, bool torch_memory, Torch<S>& y, Torch<S>& dx) {
  y = golden_batch<S>(step);
  dx = golden_batch<S>(100 + step);
  if (torch_memory) {
    norm.forward(et::channels(y, 1), et::channels(y, 1));
    norm.backward(et::channels(dx, 1), et::channels(dx, 1));
    return;
  }
  Columns<S> a, b;
  reorder(y, a, false);
  reorder(dx, b, false);
  norm.forward(et::channels(a, 0), et::channels(a, 0));
  norm.backward(et::channels(b, 0), et::channels(b, 0));
  reorder(y, a, true);
  reorder(dx, b, true);
}

#define CHECK_GOLDEN(RUN)                                             \
  CHECK(distance(y, golden_norms::RUN::output) < tolerance);          \
  CHECK(distance(dx, golden_norms::RUN::input_gradient) < tolerance); \
  CHECK(distance(norm.gamma_gradient(), golden_norms::RUN::gamma_gradient) < tolerance)

}  // namespace

TEMPLATE_TEST_CASE("normalizations of tensors have PyTorch's values", "[norms]", float, double) {
  using S = TestType;
  const double tolerance = sizeof(S) == 4 ? 1e-5 : 1e-13;
  Torch<S> y, dx;
  for (const bool torch_memory : {true, false}) {
    {
      et::BatchNorm<S> norm(channels);
      set_golden(norm);
      pass(norm, 0, torch_memory, y, dx);
      pass(norm, 1, torch_memory, y, dx);
      CHECK_GOLDEN(batch_norm);
      CHECK(distance(norm.beta_gradient(), golden_norms::batch_norm::beta_gradient) < tolerance);
      CHECK(distance(norm.running_mean(), golden_norms::batch_norm::running_mean) < tolerance);
      CHECK(distance(norm.running_variance(), golden_norms::batch_norm::running_variance) <
            tolerance);
      const auto mean = hash(norm.running_mean()), variance = hash(norm.running_variance());
      norm.freeze();
      pass(norm, 7, torch_memory, y, dx);
      CHECK(distance(y, golden_norms::batch_norm::frozen_output) < tolerance);
      CHECK(distance(dx, golden_norms::batch_norm::frozen_input_gradient) < tolerance);
      CHECK(distance(norm.gamma_gradient(), golden_norms::batch_norm::frozen_gamma_gradient) <
            tolerance);
      CHECK(hash(norm.running_mean()) == mean);
      CHECK(hash(norm.running_variance()) == variance);
      CHECK(norm.batches() == 2);
      const Torch<S> x = golden_batch<S>(7);
      norm.evaluate(et::channels(x, 1), et::channels(y, 1));
      CHECK(distance(y, golden_norms::batch_norm::frozen_output) < tolerance);
    }
    {
      et::LayerNorm<S> norm(channels);
      set_golden(norm);
      pass(norm, 0, torch_memory, y, dx);
      CHECK_GOLDEN(layer_norm);
      CHECK(distance(norm.beta_gradient(), golden_norms::layer_norm::beta_gradient) < tolerance);
    }
    {
      et::RmsNorm<S> norm(channels);
      set_golden(norm);
      pass(norm, 0, torch_memory, y, dx);
      CHECK_GOLDEN(rms_norm);
    }
    {
      et::GroupNorm<S> norm(channels, {.groups = 3});
      set_golden(norm);
      pass(norm, 0, torch_memory, y, dx);
      CHECK_GOLDEN(group_norm);
      CHECK(distance(norm.beta_gradient(), golden_norms::group_norm::beta_gradient) < tolerance);
    }
    {
      et::InstanceNorm<S> norm(channels);
      set_golden(norm);
      pass(norm, 0, torch_memory, y, dx);
      CHECK_GOLDEN(instance_norm);
      CHECK(distance(norm.beta_gradient(), golden_norms::instance_norm::beta_gradient) < tolerance);
    }
    {
      namespace run = golden_norms::tracking_instance_norm;
      et::InstanceNorm<S> norm(channels, {.track = true});
      set_golden(norm);
      pass(norm, 0, torch_memory, y, dx);
      pass(norm, 1, torch_memory, y, dx);
      CHECK_GOLDEN(tracking_instance_norm);
      CHECK(distance(norm.beta_gradient(), run::beta_gradient) < tolerance);
      CHECK(distance(norm.running_mean(), run::running_mean) < tolerance);
      CHECK(distance(norm.running_variance(), run::running_variance) < tolerance);
      const Torch<S> x = golden_batch<S>(7);
      norm.evaluate(et::channels(x, 1), et::channels(y, 1));
      CHECK(distance(y, run::frozen_output) < tolerance);
    }
  }
}

TEST_CASE("the channels of a tensor are found along any axis", "[norms]") {
  Eigen::Tensor<float, 4> columns(2, 3, 4, 5);
  Eigen::Tensor<float, 4, Eigen::RowMajor> rows(2, 3, 4, 5);
  const auto is = [](const et::Channels<const float>& seen, std::vector<Index> expected) {
    return std::vector<Index>{seen.samples, seen.positions, seen.channels, seen.inner,
                              seen.stride} == expected;
  };
  CHECK(is(et::channels(columns, 0), {5, 12, 2, 1, 2}));
  CHECK(is(et::channels(columns, 1), {5, 4, 3, 2, 6}));
  CHECK(is(et::channels(columns, 2), {5, 1, 4, 6, 24}));
  CHECK(is(et::channels(columns, 3), {1, 1, 5, 24, 120}));
  CHECK(is(et::channels(rows, 0), {1, 1, 2, 60, 120}));
  CHECK(is(et::channels(rows, 1), {2, 1, 3, 20, 60}));
  CHECK(is(et::channels(rows, 3), {2, 12, 5, 1, 5}));
  const Eigen::TensorMap<const Eigen::Tensor<float, 4>> map(columns.data(), 2, 3, 4, 5);
  CHECK(is(et::channels(map, 2), {5, 1, 4, 6, 24}));
  CHECK_THROWS_WITH(et::channels(columns, 4), "channels: axis 4 of a tensor with 4 axes");
  CHECK_THROWS_AS(et::channels(rows, -1), std::invalid_argument);
}

TEST_CASE("normalizations of matrices are those of tensors", "[norms]") {
  const Batch<double> x = noise_batch<double>(12, 9, 1), dy = noise_batch<double>(12, 9, 2);
  const et::Channels<const double> in{x.data(), 9, 1, 12, 1, 12}, slope{dy.data(), 9, 1, 12, 1, 12};
  const auto compare = [&](auto norm) {
    Batch<double> y(12, 9), dx(12, 9), other(12, 9);
    norm.forward(x, y);
    norm.backward(dy, dx);
    auto copy = norm;
    copy.forward(in, {other.data(), 9, 1, 12, 1, 12});
    CHECK(same_bits(other, y));
    copy.backward(slope, {other.data(), 9, 1, 12, 1, 12});
    CHECK(same_bits(other, dx));
    Placed<double> placed(x, 3, 2);
    norm.forward(placed.view, placed.view);
    CHECK(same_bits(placed.view, y));
    norm.evaluate(x, other);
    const auto allocated = allocations_in([&] {
      norm.forward(x, y);
      norm.backward(dy, dx);
      norm.evaluate(x, other);
      norm.forward(x.leftCols(4), y.leftCols(4));
      norm.backward(dy.leftCols(4), dx.leftCols(4));
    });
    CHECK(allocated == 0);
  };
  compare(et::BatchNorm<double>(12));
  compare(et::LayerNorm<double>(12));
  compare(et::RmsNorm<double>(12));
  compare(et::GroupNorm<double>(12, {.groups = 4}));
}

TEST_CASE("a copied layer keeps its own batch", "[norms]") {
  const Batch<float> x = noise_batch<float>(6, 5, 1), dy = noise_batch<float>(6, 5, 2);
  Batch<float> y(6, 5), expected(6, 5), dx(6, 5);
  et::LayerNorm<float> norm(6);
  norm.forward(x, y);
  et::LayerNorm<float> copy = norm;
  norm.backward(dy, expected);
  norm.forward(dy, y);
  copy.backward(dy, dx);
  CHECK(same_bits(dx, expected));
}

TEST_CASE("what is not finite stays within its set", "[norms]") {
  constexpr float bad = std::numeric_limits<float>::quiet_NaN();
  Batch<float> x = noise_batch<float>(6, 5, 1), y(6, 5);
  x(2, 3) = bad;
  const auto finite = [&](Index f, Index n) { return std::isfinite(y(f, n)); };
  et::LayerNorm<float>(6).forward(x, y);
  CHECK((std::isnan(y(0, 3)) && finite(2, 2)));
  et::RmsNorm<float>(6).forward(x, y);
  CHECK((std::isnan(y(0, 3)) && finite(2, 2)));
  et::GroupNorm<float>(6, {.groups = 3}).forward(x, y);
  CHECK((std::isnan(y(2, 3)) && finite(0, 3) && finite(4, 3) && finite(2, 2)));
  // A tensor's running statistics are as safe as a matrix's.
  Torch<float> tensor = golden_batch<float>(1), result = tensor;
  et::BatchNorm<float> norm(channels);
  norm.forward(et::channels(tensor, 1), et::channels(result, 1));
  const auto before = hash(norm.running_mean());
  tensor(1, 2, 1, 3) = bad;
  norm.forward(et::channels(tensor, 1), et::channels(result, 1));
  CHECK(hash(norm.running_mean()) == before);
  CHECK(norm.batches() == 1);
}

TEST_CASE("running statistics are refreshed with a cumulative pass", "[norms]") {
  et::BatchNorm<double> norm(4, {.momentum = 0.3}), fresh(4, {.cumulative = true});
  Batch<double> y(4, 8);
  for (std::uint32_t k = 0; k < 3; ++k) norm.forward(noise_batch<double>(4, 8, k), y);
  norm.reset_statistics();
  CHECK(norm.batches() == 0);
  CHECK(norm.running_mean() == Eigen::Vector4d::Zero());
  CHECK(norm.running_variance() == Eigen::Vector4d::Ones());
  norm.set_cumulative(true);
  for (std::uint32_t k = 5; k < 9; ++k) {
    norm.forward(noise_batch<double>(4, 8, k), y);
    fresh.forward(noise_batch<double>(4, 8, k), y);
  }
  CHECK(same_bits(norm.running_mean(), fresh.running_mean()));
  CHECK(same_bits(norm.running_variance(), fresh.running_variance()));
  norm.set_cumulative(false);
  CHECK(norm.momentum() == 0.3);
  CHECK_THROWS_WITH(norm.set_momentum(1.5), "BatchNorm: momentum must be in [0, 1], got 1.5");
  CHECK(norm.momentum() == 0.3);
}

TEST_CASE("normalizations refuse bad options and shapes", "[norms]") {
  CHECK_THROWS_WITH(et::LayerNorm<float>(0), "LayerNorm: features must be at least 1, got 0");
  CHECK_THROWS_AS(et::LayerNorm<float>(3, {.epsilon = 0.0}), std::invalid_argument);
  CHECK_THROWS_WITH(et::RmsNorm<float>(3, {.epsilon = -1.0}),
                    "RmsNorm: epsilon must be in (0, inf), got -1");
  CHECK_THROWS_WITH(et::GroupNorm<float>(6, {.groups = 4}),
                    "GroupNorm: 6 features can't be divided into 4 groups");
  CHECK_THROWS_WITH(et::GroupNorm<float>(6, {.groups = 0}),
                    "GroupNorm: groups must be at least 1, got 0");
  CHECK_THROWS_AS(et::InstanceNorm<float>(2, {.epsilon = std::nan("")}), std::invalid_argument);

  Batch<float> x = noise_batch<float>(6, 5, 1), y = Batch<float>::Zero(6, 5), kept = y;
  CHECK_THROWS_WITH(et::InstanceNorm<float>(6).forward(x, y),
                    "InstanceNorm: the input has 1 values a group and sample, but must have at "
                    "least 2");
  CHECK_THROWS_AS(et::GroupNorm<float>(6, {.groups = 6}).evaluate(x, y), std::invalid_argument);
  et::LayerNorm<float> norm(6);
  CHECK_THROWS_WITH(norm.backward(x, y), "LayerNorm: backward() needs a forward() before it");
  CHECK_THROWS_WITH(norm.forward(x.topRows(3), y.topRows(3)),
                    "LayerNorm: the input is 3x5, but must have 6 rows, one a feature");
  CHECK_THROWS_WITH(norm.forward(x, y.leftCols(4)),
                    "LayerNorm: the output is 6x4, but must be 6x5");
  CHECK(same_bits(y, kept));
  norm.forward(x, y);
  CHECK_THROWS_WITH(
      norm.backward(x.leftCols(4), y),
      "LayerNorm: the output's gradient is 4 samples of 1x6x1 (positions x channels x "
      "inner), but must be 5 of 1x6x1");
  const Batch<float> none(6, 0);
  Batch<float> nothing(6, 0);
  norm.forward(none, nothing);  // no samples, nothing to do

  Torch<float> one(1, 6, 1, 1), more(2, 5, 3, 3);
  et::BatchNorm<float> batch(6);
  CHECK_THROWS_WITH(batch.forward(et::channels(one, 1), et::channels(one, 1)),
                    "BatchNorm: the input has 1 values a channel, but must have at least 2 in "
                    "training");
  CHECK_THROWS_WITH(batch.forward(et::channels(more, 1), et::channels(more, 1)),
                    "BatchNorm: the input has 5 channels, but must have 6");
  CHECK_THROWS_AS(batch.forward(et::channels(one, 1), et::channels(more, 1)),
                  std::invalid_argument);
  CHECK(batch.batches() == 0);
  one.setConstant(3.0f);
  batch.evaluate(et::channels(one, 1), et::channels(one, 1));
  CHECK(one(0, 0, 0, 0) == Approx(3.0 / std::sqrt(1 + 1e-5)));
  batch.freeze();
  batch.forward(et::channels(one, 1), et::channels(one, 1));  // needs no statistics of its own
}
