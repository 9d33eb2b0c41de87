// SPDX-License-Identifier: MIT
#include "mlp/layer.hpp"

#include <cmath>
#include <set>
#include <string>

#include "eigentrain/init/normal.hpp"
#include "mlp/activation.hpp"
#include "support/catch.hpp"

namespace et = eigentrain;
using mlp::DropoutKind;
using mlp::Index;
using mlp::Matrix;
using mlp::NormKind;

namespace {

constexpr Index features = 12, samples = 40, groups = 3, width = features / groups;

Matrix<double> batch() {
  Matrix<double> x(features, samples);
  et::Generator random(1);
  et::normal(x, random, 3.0, 2.0);
  return x;
}

Matrix<double> normalized(NormKind kind) {
  et::Generator random(2);
  Matrix<double> y = batch();
  mlp::make_norm<double>({.kind = kind, .features = features, .groups = groups})
      ->forward(y, y, random);
  return y;
}

double variance(const Eigen::Ref<const Matrix<double>>& values) {
  return (values.array() - values.mean()).square().mean();
}

Matrix<double> dropped(DropoutKind kind, const Matrix<double>& x, double rate = 0.5) {
  et::Generator random(3);
  Matrix<double> y(x.rows(), x.cols());
  mlp::make_dropout<double>({.kind = kind, .rate = rate, .features = x.rows(), .groups = groups})
      ->forward(x, y, random);
  return y;
}

}  // namespace

TEST_CASE("a normalization takes its statistics from where its name says") {
  const auto check = [](const Eigen::Ref<const Matrix<double>>& set) {
    CHECK(set.mean() == Approx(0.0).margin(1e-12));
    CHECK(variance(set) == Approx(1.0).epsilon(1e-3));
  };
  const Matrix<double> by_batch = normalized(NormKind::batch),
                       by_layer = normalized(NormKind::layer);
  const Matrix<double> by_group = normalized(NormKind::group);
  for (Index i = 0; i < features; ++i) check(by_batch.row(i));
  for (Index k = 0; k < samples; ++k) {
    check(by_layer.col(k));
    for (Index g = 0; g < groups; ++g) check(by_group.col(k).segment(g * width, width));
  }
  CHECK(normalized(NormKind::instance).isApprox(by_group, 1e-14));
  const Matrix<double> by_rms = normalized(NormKind::rms), x = batch();
  for (Index k = 0; k < samples; ++k) {
    const double scale = std::sqrt(x.col(k).squaredNorm() / static_cast<double>(features));
    CHECK((by_rms.col(k) * scale).isApprox(x.col(k), 1e-5));
  }
}

TEST_CASE("a normalization has the parameters and the statistics that it should") {
  const auto parameters_of = [](NormKind kind) {
    et::Parameters<float> list;
    const auto norm = mlp::make_norm<float>({.kind = kind, .features = features, .groups = groups});
    norm->add_to(list, "norm1");
    CHECK(list.name(0) == "norm1.gamma");
    CHECK((norm->statistics() != nullptr) == (kind == NormKind::batch));
    return list.total();
  };
  CHECK(parameters_of(NormKind::batch) == 2 * features);
  CHECK(parameters_of(NormKind::layer) == 2 * features);
  CHECK(parameters_of(NormKind::group) == 2 * features);
  CHECK(parameters_of(NormKind::instance) == 2 * groups);  // one a channel
  CHECK(parameters_of(NormKind::rms) == features);
  CHECK(mlp::make_norm<float>({.kind = NormKind::none, .features = features}) == nullptr);

  // Evaluation uses what was remembered: after one batch of weight 1, that batch's statistics,
  // with n/(n − 1) times the variance.
  const auto norm =
      mlp::make_norm<double>({.kind = NormKind::batch, .features = features, .momentum = 1.0});
  et::Generator random(2);
  Matrix<double> y = batch(), z = batch();
  norm->forward(y, y, random);
  norm->evaluate(z);
  CHECK((z * std::sqrt(samples / (samples - 1.0))).isApprox(y, 1e-4));
}

TEST_CASE("a normalization takes another epsilon") {
  Matrix<double> y(2, 1);
  y << -1.0, 1.0;
  et::Generator random(2);
  mlp::make_norm<double>({.kind = NormKind::layer, .features = 2, .epsilon = 3.0})
      ->forward(y, y, random);
  CHECK(y(1) == Approx(0.5));
}

TEST_CASE("a dropout drops what its name says") {
  const Matrix<double> ones = Matrix<double>::Ones(features, 400);
  const auto levels = [](const Eigen::Ref<const Matrix<double>>& part) {
    return std::set<double>(part.data(), part.data() + part.size()).size();
  };
  const Matrix<double> plain = dropped(DropoutKind::plain, ones);
  CHECK(((plain.array() == 0.0) || (plain.array() == 2.0)).all());
  CHECK(plain.mean() == Approx(1.0).epsilon(0.1));

  // Groups of neighbours together, others of the same sample not.
  const Matrix<double> channel = dropped(DropoutKind::channel, ones);
  Index mixed = 0;
  for (Index k = 0; k < ones.cols(); ++k) {
    for (Index g = 0; g < groups; ++g) {
      const double first = channel(g * width, k);
      CHECK((first == 0.0 || first == 2.0));
      CHECK((channel.col(k).segment(g * width, width).array() == first).all());
    }
    mixed += channel.col(k).minCoeff() == channel.col(k).maxCoeff() ? 0 : 1;
  }
  CHECK(mixed > 200);
  CHECK(channel.mean() == Approx(1.0).epsilon(0.1));

  const Matrix<double> path = dropped(DropoutKind::drop_path, ones);
  for (Index k = 0; k < path.cols(); ++k) CHECK(levels(path.col(k)) == 1);
  CHECK(levels(path) == 2);

  // Of a normal batch, alpha dropout keeps the mean and the variance; gaussian keeps the mean.
  Matrix<double> x(features, 400);
  et::Generator random(5);
  et::normal(x, random, 0.0, 1.0);
  const Matrix<double> alpha = dropped(DropoutKind::alpha, x);
  CHECK(alpha.mean() == Approx(0.0).margin(0.05));
  CHECK(variance(alpha) == Approx(1.0).epsilon(0.1));
  constexpr double lowest = -1.7580993408473766;  // of SELU; half of the values become it, scaled
  const double dropped_value = 0.5 * lowest / std::sqrt(0.5 * (1 + 0.5 * lowest * lowest));
  CHECK(((alpha.array() - dropped_value).abs() < 1e-12).cast<double>().mean() ==
        Approx(0.5).epsilon(0.1));
  const Matrix<double> gaussian = dropped(DropoutKind::gaussian, ones, 0.2);
  CHECK(gaussian.mean() == Approx(1.0).epsilon(0.02));
  CHECK(variance(gaussian) == Approx(0.25).epsilon(0.1));

  CHECK(mlp::make_dropout<float>({.rate = 0.0, .features = 4}) == nullptr);
}

TEST_CASE("groups that there can't be are refused") {
  CHECK_THROWS_WITH(
      mlp::make_norm<float>({.kind = NormKind::instance, .features = 12, .groups = 5}),
      "instance norm: a hidden layer of 12 can't be divided into 5 groups of equal size with at "
      "least 2 values");
  CHECK_THROWS_AS(mlp::make_norm<float>({.kind = NormKind::group, .features = 12, .groups = 12}),
                  std::invalid_argument);
  CHECK_THROWS_WITH(
      mlp::make_dropout<float>({.kind = DropoutKind::channel, .features = 12, .groups = 0}),
      "channel dropout: a hidden layer of 12 can't be divided into 0 groups of equal size");
  CHECK(mlp::make_dropout<float>({.kind = DropoutKind::channel, .features = 12, .groups = 12}) !=
        nullptr);
  CHECK_THROWS_WITH(mlp::make_dropout<float>({.kind = DropoutKind::gaussian, .rate = 1.0}),
                    "GaussianDropout: rate must be in [0, 1), got 1");
}

TEST_CASE("SELU keeps mean 0 and variance 1, and knows its derivative") {
  Matrix<double> x(1, 100'000);
  et::Generator random(6);
  et::normal(x, random, 0.0, 1.0);
  Matrix<double> y = x;
  mlp::activate<double>(mlp::Activation::selu, y);
  CHECK(y.mean() == Approx(0.0).margin(0.02));
  CHECK(variance(y) == Approx(1.0).epsilon(0.02));
  for (const double at : {-30.0, -2.0, -0.1, 0.1, 5.0}) {
    constexpr double h = 1e-6;
    Matrix<double> values(1, 3), gradient = Matrix<double>::Ones(1, 3);
    values << at - h, at, at + h;
    mlp::selu<double>(values);
    mlp::selu_backward<double>(values, gradient);
    CHECK(gradient(1) == Approx((values(2) - values(0)) / (2 * h)).epsilon(1e-7).margin(1e-12));
  }
}
