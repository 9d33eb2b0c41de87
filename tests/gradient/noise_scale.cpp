// SPDX-License-Identifier: MIT
#include "eigentrain/gradient/noise_scale.hpp"

#include <Eigen/Core>
#include <bit>
#include <cmath>
#include <limits>

#include "eigentrain/init/normal.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"
#include "support/hash.hpp"

namespace et = eigentrain;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// Samples whose gradients are G plus independent noise of a known covariance, a different variance
/// for each of 20 parameters.
struct Problem {
  Eigen::VectorXd gradient = Eigen::VectorXd::LinSpaced(20, -0.6, 0.9);
  Eigen::VectorXd deviation = Eigen::VectorXd::LinSpaced(20, 0.2, 3.0);
  et::Generator generator{11};
  Eigen::VectorXd noise = Eigen::VectorXd(20);

  double gradient_square() const { return gradient.squaredNorm(); }
  double trace() const { return deviation.squaredNorm(); }
  double scale() const { return trace() / gradient_square(); }

  /// The mean gradient of a batch, formed sample by sample.
  Eigen::VectorXd batch(int samples) {
    Eigen::VectorXd sum = Eigen::VectorXd::Zero(20);
    for (int i = 0; i < samples; ++i) {
      et::normal(noise, generator, 0.0, 1.0);
      sum += gradient + deviation.cwiseProduct(noise);
    }
    return sum / samples;
  }
};

}  // namespace

TEST_CASE("the estimate of one pair solves the two equations") {
  // ‖G‖² = 4 and tr(Σ) = 30 make 4 + 30/2 = 19 at b = 2 and 4 + 30/10 = 7 at B = 10.
  et::GradientNoiseScale noise({.small_batch = 2, .big_batch = 10});
  CHECK(noise.count() == 0);
  CHECK_FALSE(noise.known());
  CHECK(noise.scale() == 0.0);
  CHECK(noise.gradient_square() == 0.0);
  CHECK(noise.noise() == 0.0);
  noise.add(std::sqrt(19.0), std::sqrt(7.0));
  CHECK(noise.count() == 1);
  CHECK(noise.known());
  CHECK(noise.gradient_square() == Approx(4.0).epsilon(1e-14));
  CHECK(noise.noise() == Approx(30.0).epsilon(1e-14));
  CHECK(noise.scale() == Approx(7.5).epsilon(1e-14));
}

TEST_CASE("independent batches converge to the trace over the squared gradient", "[long]") {
  Problem problem;
  // 4,000 pairs, all with nearly the same weight.
  et::GradientNoiseScale noise({.small_batch = 4, .big_batch = 32, .decay = 0.9995});
  for (int step = 0; step < 4000; ++step) {
    const double small = problem.batch(4).norm();
    noise.add(small, problem.batch(32).norm());
  }
  CHECK(problem.scale() == Approx(14.19).epsilon(0.01));
  CHECK(noise.gradient_square() == Approx(problem.gradient_square()).epsilon(0.04));
  CHECK(noise.noise() == Approx(problem.trace()).epsilon(0.04));
  CHECK(noise.scale() == Approx(problem.scale()).epsilon(0.06));
}

TEST_CASE("micro-batches give the same scale as the documentation says", "[long]") {
  Problem problem;
  et::GradientNoiseScale noise({.small_batch = 4, .big_batch = 8 * 4, .decay = 0.9995});
  for (int step = 0; step < 4000; ++step) {
    Eigen::VectorXd sum = Eigen::VectorXd::Zero(20);
    double squares = 0.0;
    for (int k = 0; k < 8; ++k) {
      const Eigen::VectorXd micro = problem.batch(4);
      sum += micro;
      squares += micro.squaredNorm();
    }
    noise.add(std::sqrt(squares / 8), (sum / 8).norm());
  }
  CHECK(noise.gradient_square() == Approx(problem.gradient_square()).epsilon(0.04));
  CHECK(noise.noise() == Approx(problem.trace()).epsilon(0.02));
  CHECK(noise.scale() == Approx(problem.scale()).epsilon(0.05));
}

TEST_CASE("batches that change keep the averages", "[long]") {
  Problem problem;
  et::GradientNoiseScale noise({.small_batch = 2, .big_batch = 8, .decay = 0.9995});
  for (int step = 0; step < 4000; ++step) {
    if (step == 2000) noise.set_batches(8, 48);
    const double small = problem.batch(static_cast<int>(noise.small_batch())).norm();
    noise.add(small, problem.batch(static_cast<int>(noise.big_batch())).norm());
  }
  CHECK(noise.small_batch() == 8);
  CHECK(noise.big_batch() == 48);
  CHECK(noise.scale() == Approx(problem.scale()).epsilon(0.1));
}

TEST_CASE("the averages are exponential and without bias from their start at zero") {
  // Squares of the pairs: ‖G‖² is 1, 2, 4 and tr(Σ) 8, 4, 12, at b = 1 and B = 2.
  et::GradientNoiseScale noise({.small_batch = 1, .big_batch = 2, .decay = 0.75});
  const double squares[] = {1.0, 2.0, 4.0}, traces[] = {8.0, 4.0, 12.0};
  double square = 0.0, trace = 0.0;
  for (int t = 0; t < 3; ++t) {
    noise.add(std::sqrt(squares[t] + traces[t]), std::sqrt(squares[t] + traces[t] / 2));
    square = 0.75 * square + 0.25 * squares[t];
    trace = 0.75 * trace + 0.25 * traces[t];
    const double weight = 1.0 - std::pow(0.75, t + 1);
    CHECK(noise.gradient_square() == Approx(square / weight).epsilon(1e-13));
    CHECK(noise.noise() == Approx(trace / weight).epsilon(1e-13));
    CHECK(noise.scale() == Approx(trace / square).epsilon(1e-13));
  }
  et::GradientNoiseScale last({.small_batch = 1, .big_batch = 2, .decay = 0.0});
  last.add(100.0, 80.0);
  last.add(std::sqrt(16.0), std::sqrt(10.0));
  CHECK(last.gradient_square() == Approx(4.0));
  CHECK(last.noise() == Approx(12.0));
}

TEST_CASE("a scale that isn't known is 0 or infinite, never NaN") {
  et::GradientNoiseScale noise({.small_batch = 1, .big_batch = 2, .decay = 0.5});
  noise.add(0.0, 0.0);
  CHECK(noise.scale() == 0.0);
  CHECK_FALSE(noise.known());
  noise.add(1.0, 2.0);  // the larger batch has the larger gradient: no noise
  CHECK(noise.noise() < 0.0);
  CHECK(noise.scale() == 0.0);
  CHECK_FALSE(noise.known());

  et::GradientNoiseScale drowned({.small_batch = 1, .big_batch = 2});
  drowned.add(10.0, 1.0);  // more than halving: the gradient comes out negative
  CHECK(drowned.gradient_square() < 0.0);
  CHECK(drowned.noise() > 0.0);
  CHECK(drowned.scale() == infinity);
  CHECK_FALSE(drowned.known());

  et::GradientNoiseScale huge({.small_batch = 1, .big_batch = std::int64_t(1) << 62});
  huge.add(1e150, 0.9e150);
  CHECK(std::isfinite(huge.scale()));
  CHECK(huge.known());
}

TEST_CASE("the estimate has the same bits everywhere, and allocates nothing") {
  et::GradientNoiseScale noise({.small_batch = 3, .big_batch = 7, .decay = 0.9});
  CHECK(et::test::allocations_in([&] {
          for (int i = 1; i <= 50; ++i) noise.add(1.0 + 0.1 * (i % 7), 0.9 + 0.07 * (i % 5));
        }) == 0);
  const double results[] = {noise.gradient_square(), noise.noise(), noise.scale()};
  CHECK(et::test::hash_bits(results, 3) == 0xdd85ecb23b13f37cu);
}

TEST_CASE("options and norms out of range are refused, and change nothing") {
  using Options = et::GradientNoiseScaleOptions;
  const auto make = [](const Options& options) { return et::GradientNoiseScale(options); };
  CHECK_THROWS_WITH(make({}), "GradientNoiseScale: small_batch must be at least 1, got 0");
  CHECK_THROWS_WITH(make({.small_batch = 8, .big_batch = 8}),
                    "GradientNoiseScale: big_batch must be more than small_batch, got 8 and 8");
  for (const double bad : {1.0, -0.1, 2.0, std::nan("")}) {
    CHECK_THROWS_WITH(make({.small_batch = 1, .big_batch = 2, .decay = bad}),
                      StartsWith("GradientNoiseScale: decay must be in [0, 1), got "));
  }
  et::GradientNoiseScale noise({.small_batch = 1, .big_batch = 2});
  noise.add(3.0, 2.5);
  const double before = noise.scale();
  for (const double bad : {-1.0, infinity, std::nan(""), 1e151}) {
    CHECK_THROWS_WITH(noise.add(bad, 1.0),
                      StartsWith("GradientNoiseScale: norm_small must be in [0, 1e+150], got "));
    CHECK_THROWS_WITH(noise.add(1.0, bad),
                      StartsWith("GradientNoiseScale: norm_big must be in [0, 1e+150], got "));
  }
  CHECK_THROWS_AS(noise.set_batches(0, 5), std::invalid_argument);
  CHECK_THROWS_AS(noise.set_batches(5, 4), std::invalid_argument);
  CHECK(noise.small_batch() == 1);
  CHECK(noise.big_batch() == 2);
  CHECK(noise.count() == 1);
  CHECK(noise.scale() == before);
}
