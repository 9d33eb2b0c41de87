// SPDX-License-Identifier: MIT
#include "eigentrain/layers/set_statistics.hpp"

#include <cmath>
#include <vector>

#include "eigentrain/layers/channel_sets.hpp"
#include "layers/oracle.hpp"
#include "support/catch.hpp"
#include "support/levels.hpp"

namespace et = eigentrain;
using namespace eigentrain::test;

namespace {

/// Rows of a batch as sets, and the same values as columns.
template <class S>
et::detail::SetShape rows_of(const Batch<S>& batch) {
  return {batch.rows(), batch.cols(), 1, true};
}
template <class S>
et::detail::SetShape columns_of(const Batch<S>& batch) {
  return {batch.cols(), 1, batch.rows(), false};
}
template <class S>
et::detail::SetMemory<S> row_memory(Batch<S>& batch) {
  return {batch.data(), 1, batch.rows()};
}
template <class S>
et::detail::SetMemory<S> column_memory(Batch<S>& batch) {
  return {batch.data(), batch.rows(), 0};
}

}  // namespace

TEMPLATE_TEST_CASE("moments are those of a plain sum, feature by feature", "", float, double) {
  using S = TestType;
  at_every_level([] {
    const double near = sizeof(S) == 4 ? 1e-7 : 1e-13, close = 10 * near;
    for (Eigen::Index features = 1; features <= 33; ++features) {
      Batch<S> input = noise_batch<S>(features, 50, 3), turned = input.transpose();
      std::vector<double> means(static_cast<std::size_t>(features)), squares(means);
      std::vector<double> other_means(means), other_squares(means);
      et::detail::set_moments<true, S>(rows_of(input), row_memory(input), means.data(),
                                       squares.data());
      et::detail::set_moments<true, S>(columns_of(turned), column_memory(turned),
                                       other_means.data(), other_squares.data());
      const Eigen::MatrixXd wide = input.template cast<double>();
      bool right = true;
      for (Eigen::Index f = 0; f < features; ++f) {
        const double mean = wide.row(f).sum() / 50;
        const double square = (wide.row(f).array() - mean).square().sum();
        right = right && std::abs(means[static_cast<std::size_t>(f)] - mean) < near;
        right = right && std::abs(squares[static_cast<std::size_t>(f)] / square - 1) < close;
        right = right && std::abs(other_means[static_cast<std::size_t>(f)] - mean) < near;
        right = right && std::abs(other_squares[static_cast<std::size_t>(f)] / square - 1) < close;
      }
      CHECK(right);
    }
  });
}

TEMPLATE_TEST_CASE("a constant far from zero has its exact mean and no variance", "", float,
                   double) {
  using S = TestType;
  Batch<S> input = Batch<S>::Constant(5, 37, S(1e6) + S(0.1));
  std::vector<double> means(37), squares(37, 1.0);
  et::detail::set_moments<true, S>(rows_of(input), row_memory(input), means.data(), squares.data());
  for (std::size_t f = 0; f < 5; ++f) {
    CHECK(means[f] == static_cast<double>(input(0, 0)));
    CHECK(squares[f] == 0.0);
  }
  et::detail::set_moments<true, S>(columns_of(input), column_memory(input), means.data(),
                                   squares.data());
  for (std::size_t n = 0; n < 37; ++n) {
    CHECK(means[n] == static_cast<double>(input(0, 0)));
    CHECK(squares[n] == 0.0);
  }
}

TEST_CASE("floats that spoil sums of float are added in double") {
  // An outlier in front, from which all others are equally far; squares that overflow, or vanish.
  const auto check = [](float first, float scale) {
    Batch<float> input = noise_batch<float>(40, 300, 5) * scale;
    input.row(7)[0] = first;
    input.col(0)[0] = first;
    Batch<float> turned = input.transpose();
    const auto compare = [&](const et::detail::SetShape& shape,
                             const et::detail::SetMemory<const float>& memory) {
      std::vector<double> means(40), squares(40);
      et::detail::set_moments<true, float>(shape, memory, means.data(), squares.data());
      const Eigen::MatrixXd wide = input.cast<double>();
      for (Eigen::Index f = 0; f < 40; ++f) {
        const double mean = wide.row(f).mean();
        const double square = (wide.row(f).array() - mean).square().sum();
        const double deviation = std::sqrt(square / 300);
        CAPTURE(first, scale, f, shape.across);
        CHECK(std::abs(means[static_cast<std::size_t>(f)] - mean) < 1e-6 * deviation);
        CHECK(squares[static_cast<std::size_t>(f)] == Approx(square).epsilon(2e-6));
      }
    };
    at_every_level([&] {
      compare(rows_of(input), row_memory(input));
      compare(columns_of(turned), column_memory(turned));
    });
  };
  check(0.5f, 1.0f);
  check(1e4f, 1.0f);
  check(-3e7f, 1.0f);
  check(1e30f, 1e25f);
  check(1e-24f, 1e-25f);
}

TEMPLATE_TEST_CASE("normalized values have mean 0 and variance 1", "", float, double) {
  using S = TestType;
  Batch<S> input = noise_batch<S>(7, 64, 4);
  input.array() += S(100);
  std::vector<double> means(7), squares(7);
  std::vector<S> mean(7), rest(7), scale(7), gamma(7, S(2)), beta(7, S(-3));
  const et::detail::Normalization<S> by{mean.data(), rest.data(), scale.data()};
  et::detail::set_moments<true, S>(rows_of(input), row_memory(input), means.data(), squares.data());
  et::detail::set_normalization<S>(7, 64, 0.0, means.data(), squares.data(), by);
  Batch<S> output(7, 64), normalized(7, 64);
  et::detail::set_normalize<et::detail::Weight::set, S>(rows_of(input), row_memory(input),
                                                        row_memory(output), row_memory(normalized),
                                                        by, gamma.data(), beta.data());
  const double tolerance = sizeof(S) == 4 ? 1e-5 : 1e-12;
  for (Eigen::Index f = 0; f < 7; ++f) {
    const Eigen::ArrayXd row = normalized.row(f).transpose().template cast<double>();
    CHECK(std::abs(row.mean()) < tolerance);
    CHECK(row.square().mean() == Approx(1.0).epsilon(tolerance));
  }
  CHECK((output - (S(2) * normalized.array() - S(3)).matrix()).cwiseAbs().maxCoeff() <
        static_cast<S>(tolerance));
}
