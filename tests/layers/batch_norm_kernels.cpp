// SPDX-License-Identifier: MIT
#include "eigentrain/layers/batch_norm_kernels.hpp"

#include <cmath>
#include <vector>

#include "layers/oracle.hpp"
#include "support/catch.hpp"
#include "support/levels.hpp"

namespace et = eigentrain;
using namespace eigentrain::test;

TEMPLATE_TEST_CASE("moments are those of a plain sum, feature by feature", "", float, double) {
  using S = TestType;
  at_every_level([] {
    for (Eigen::Index features = 1; features <= 33; ++features) {
      const Batch<S> input = noise_batch<S>(features, 50, 3);
      std::vector<double> means(static_cast<std::size_t>(features)), squares(means);
      et::detail::batch_moments<S>(input, means.data(), squares.data());
      const Eigen::MatrixXd wide = input.template cast<double>();
      bool right = true;
      for (Eigen::Index f = 0; f < features; ++f) {
        const double mean = wide.row(f).sum() / 50;
        const double square = (wide.row(f).array() - mean).square().sum();
        right = right && std::abs(means[static_cast<std::size_t>(f)] - mean) < 1e-13;
        right = right && std::abs(squares[static_cast<std::size_t>(f)] / square - 1) < 1e-12;
      }
      CHECK(right);
    }
  });
}

TEMPLATE_TEST_CASE("a constant far from zero has its exact mean and no variance", "", float,
                   double) {
  using S = TestType;
  const Batch<S> input = Batch<S>::Constant(5, 37, S(1e6) + S(0.1));
  std::vector<double> means(5), squares(5);
  et::detail::batch_moments<S>(input, means.data(), squares.data());
  for (std::size_t f = 0; f < 5; ++f) {
    CHECK(means[f] == static_cast<double>(input(0, 0)));
    CHECK(squares[f] == 0.0);
  }
}

TEMPLATE_TEST_CASE("normalized values have mean 0 and variance 1", "", float, double) {
  using S = TestType;
  Batch<S> input = noise_batch<S>(7, 64, 4);
  input.array() += S(100);
  std::vector<double> means(7), squares(7);
  std::vector<S> mean(7), rest(7), scale(7), gamma(7, S(2)), beta(7, S(-3));
  const et::detail::Normalization<S> by{mean.data(), rest.data(), scale.data()};
  et::detail::batch_moments<S>(input, means.data(), squares.data());
  et::detail::batch_normalization<S>(7, 64, 0.0, means.data(), squares.data(), by);
  Batch<S> output(7, 64), normalized(7, 64);
  et::BatchOutput<S> view = output;
  et::detail::batch_normalize<S>(input, view, normalized.data(), by, gamma.data(), beta.data());
  const double tolerance = sizeof(S) == 4 ? 1e-5 : 1e-12;
  for (Eigen::Index f = 0; f < 7; ++f) {
    const Eigen::ArrayXd row = normalized.row(f).transpose().template cast<double>();
    CHECK(std::abs(row.mean()) < tolerance);
    CHECK(row.square().mean() == Approx(1.0).epsilon(tolerance));
  }
  CHECK((output - (S(2) * normalized.array() - S(3)).matrix()).cwiseAbs().maxCoeff() <
        static_cast<S>(tolerance));
}
