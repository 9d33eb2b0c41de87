// SPDX-License-Identifier: MIT
#include "eigentrain/layers/batch_norm.hpp"

#include <limits>
#include <stdexcept>

#include "golden/batch_norm.hpp"
#include "layers/oracle.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"
#include "support/levels.hpp"

using eigentrain::BatchNorm;
using eigentrain::BatchNormOptions;
using namespace eigentrain::test;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

/// The largest |a − b| / (1 + |b|); NaN anywhere gives infinity.
template <class A>
double distance(const A& a, const double* expected) {
  double worst = 0.0;
  for (Eigen::Index n = 0; n < a.size(); ++n) {
    const double off = std::abs(static_cast<double>(a.data()[n]) - expected[n]);
    const double relative = off / (1.0 + std::abs(expected[n]));
    worst = relative <= worst ? worst : relative;
    if (std::isnan(relative)) worst = infinity;
  }
  return worst;
}

/// The batches of tests/golden/batch_norm.py.
template <class S>
Batch<S> golden_batch(int seed) {
  using namespace golden::batch_norm;
  Batch<S> values(features, samples);
  for (int n = 0; n < features * samples; ++n) {
    const long i = seed * 1000L + n;
    const int f = n % features;
    const auto level = static_cast<double>((i * i * 31 + i * 7919 + 13) % 257 - 128);
    values.data()[n] = static_cast<S>(10.0 * (f - 2) + (1.0 + f) * level / 64.0);
  }
  return values;
}

template <class S>
void set_golden(BatchNorm<S>& norm) {
  for (Eigen::Index f = 0; f < norm.features(); ++f) {
    norm.gamma()[f] = static_cast<S>(golden::batch_norm::gamma[f]);
    norm.beta()[f] = static_cast<S>(golden::batch_norm::beta[f]);
  }
}

#define CHECK_GOLDEN(RUN)                                                        \
  do {                                                                           \
    namespace run = golden::batch_norm::RUN;                                     \
    CHECK(distance(y, run::output) < tolerance);                                 \
    CHECK(distance(dx, run::input_gradient) < tolerance);                        \
    CHECK(distance(norm.gamma_gradient(), run::gamma_gradient) < tolerance);     \
    CHECK(distance(norm.beta_gradient(), run::beta_gradient) < tolerance);       \
    CHECK(distance(norm.running_mean(), run::running_mean) < tolerance);         \
    CHECK(distance(norm.running_variance(), run::running_variance) < tolerance); \
    norm.evaluate(golden_batch<S>(7), y);                                        \
    CHECK(distance(y, run::evaluated) < tolerance);                              \
  } while (false)

/// The definition in long double, one feature at a time.
template <class S>
Batch<double> reference(const Batch<S>& x, double epsilon) {
  Batch<double> normalized(x.rows(), x.cols());
  for (Eigen::Index f = 0; f < x.rows(); ++f) {
    long double mean = 0, variance = 0;
    for (Eigen::Index n = 0; n < x.cols(); ++n) mean += x(f, n);
    mean /= static_cast<long double>(x.cols());
    for (Eigen::Index n = 0; n < x.cols(); ++n) variance += (x(f, n) - mean) * (x(f, n) - mean);
    variance /= static_cast<long double>(x.cols());
    for (Eigen::Index n = 0; n < x.cols(); ++n) {
      normalized(f, n) = static_cast<double>((x(f, n) - mean) / std::sqrt(variance + epsilon));
    }
  }
  return normalized;
}

}  // namespace

TEMPLATE_TEST_CASE("batch norm has PyTorch's values", "[batch_norm]", float, double) {
  using S = TestType;
  const double tolerance = std::is_same_v<S, float> ? 2e-6 : 2e-14;
  Batch<S> y(golden::batch_norm::features, golden::batch_norm::samples);
  Batch<S> dx(golden::batch_norm::features, golden::batch_norm::samples);
  SECTION("momentum 0.1") {
    BatchNorm<S> norm(golden::batch_norm::features);
    set_golden(norm);
    for (int batch = 0; batch < golden::batch_norm::batches; ++batch) {
      norm.forward(golden_batch<S>(batch), y);
      norm.backward(golden_batch<S>(100 + batch), dx);
    }
    CHECK_GOLDEN(usual);
  }
  SECTION("cumulative average, another epsilon") {
    BatchNorm<S> norm(golden::batch_norm::features, {.cumulative = true, .epsilon = 1e-3});
    set_golden(norm);
    for (int batch = 0; batch < golden::batch_norm::batches; ++batch) {
      norm.forward(golden_batch<S>(batch), y);
      norm.backward(golden_batch<S>(100 + batch), dx);
    }
    CHECK(norm.batches() == golden::batch_norm::batches);
    CHECK_GOLDEN(cumulative);
  }
}

TEST_CASE("batch norm's backward is its derivative", "[batch_norm]") {
  // Peers leave out the way through mean and variance, which is most of it.
  const Eigen::Index features = 3, samples = 6;
  BatchNorm<double> norm(features, {.epsilon = 1e-2});
  norm.gamma() << 1.5, -0.5, 0.75;
  norm.beta() << 0.1, 2.0, -1.0;
  Batch<double> x = noise_batch<double>(features, samples, 1);
  const Batch<double> c = noise_batch<double>(features, samples, 2);
  Batch<double> y(features, samples), dx(features, samples);
  const auto loss = [&] {
    norm.forward(x, y);
    return (c.array() * y.array() * (1.0 + y.array())).sum();  // ∂L/∂y = c·(1 + 2y)
  };
  loss();
  const Batch<double> dy = c.array() * (1.0 + 2.0 * y.array());
  norm.backward(dy, dx);
  const Eigen::VectorXd gamma_gradient = norm.gamma_gradient();
  const Eigen::VectorXd beta_gradient = norm.beta_gradient();
  const auto slope = [&](double& value) {
    const double h = 1e-5, middle = value;
    value = middle + h;
    const double above = loss();
    value = middle - h;
    const double below = loss();
    value = middle;
    return (above - below) / (2 * h);
  };
  for (Eigen::Index n = 0; n < x.size(); ++n) {
    CHECK(dx.data()[n] == Approx(slope(x.data()[n])).epsilon(1e-6).margin(1e-8));
  }
  for (Eigen::Index f = 0; f < features; ++f) {
    CHECK(gamma_gradient[f] == Approx(slope(norm.gamma().coeffRef(f))).epsilon(1e-6));
    CHECK(beta_gradient[f] == Approx(slope(norm.beta().coeffRef(f))).epsilon(1e-6));
  }
}

TEMPLATE_TEST_CASE("batch norm is its definition at every size and place", "[batch_norm]", float,
                   double) {
  using S = TestType;
  const double tolerance = std::is_same_v<S, float> ? 2e-6 : 1e-13;
  for (Eigen::Index features = 1; features <= 33; ++features) {
    for (const Eigen::Index samples : {2, 3, 20}) {
      const Batch<S> x = noise_batch<S>(features, samples, 1);
      const Batch<S> dy = noise_batch<S>(features, samples, 2);
      const Batch<double> expected = reference(x, 1e-5);
      std::uint64_t bits[5] = {};
      at_every_level([&] {
        BatchNorm<S> norm(features);
        Placed<S> in(x, features % 5, samples % 3), out(x, features % 3, features % 2);
        Placed<S> slope(dy, 1, 1), result(x, 3, 0);
        norm.forward(in.view, out.view);
        norm.backward(slope.view, result.view);
        Batch<S> evaluated(features, samples);
        norm.evaluate(in.view, evaluated);
        const bool right = distance(Batch<S>(out.view), expected.data()) < tolerance;
        CHECK(right);
        const bool intact = in.intact() && out.intact() && slope.intact() && result.intact() &&
                            same_bits(in.view, x) && same_bits(slope.view, dy);
        CHECK(intact);
        const std::uint64_t now[5] = {hash(out.view), hash(result.view), hash(evaluated),
                                      hash(norm.running_variance()), hash(norm.gamma_gradient())};
        for (int k = 0; k < 5; ++k) {
          if (bits[k] == 0) bits[k] = now[k];
          CHECK(bits[k] == now[k]);
        }
        norm.forward(in.view, in.view);
        CHECK(same_bits(in.view, out.view));
        norm.backward(slope.view, slope.view);
        CHECK(same_bits(slope.view, result.view));
      });
    }
  }
}

TEST_CASE("a feature's result does not depend on its place", "[batch_norm]") {
  const Batch<float> x = noise_batch<float>(300, 9, 4);
  Batch<float> all(300, 9), some(41, 9), evaluated(300, 9), evaluated_some(41, 9);
  BatchNorm<float> large(300), small(41);
  large.forward(x, all);
  small.forward(x.middleRows(250, 41), some);
  CHECK(same_bits(some, all.middleRows(250, 41)));
  large.evaluate(x, evaluated);  // more features than it takes at a time
  small.evaluate(x.middleRows(250, 41), evaluated_some);
  CHECK(same_bits(evaluated_some, evaluated.middleRows(250, 41)));
}

TEMPLATE_TEST_CASE("a constant feature comes out as beta", "[batch_norm]", float, double) {
  using S = TestType;
  for (const double value : {0.0, 0.1, 1e6, -1e6, 12345.678, 1e30}) {
    BatchNorm<S> norm(3);
    norm.beta() << S(0), S(0.5), S(-2);
    const Batch<S> x = Batch<S>::Constant(3, 37, static_cast<S>(value));
    Batch<S> y(3, 37);
    norm.forward(x, y);
    CHECK((y.row(0).array() == S(0)).all());
    CHECK((y.row(1).array() == S(0.5)).all());
    CHECK((y.row(2).array() == S(-2)).all());
  }
}

TEST_CASE("values far from zero keep their digits", "[batch_norm]") {
  // One float can't hold a mean of 1e6 to better than 0.03.
  Batch<float> x = (noise_batch<float>(4, 50, 1).array() + 1e6f).matrix(), y(4, 50);
  BatchNorm<float> norm(4);
  norm.forward(x, y);
  CHECK(distance(y, reference(x, 1e-5).eval().data()) < 1e-6);
}

TEMPLATE_TEST_CASE("batch norm of huge and tiny values", "[batch_norm]", float, double) {
  using S = TestType;
  for (const double scale : {1e30, 1e18, 1e10}) {
    const Batch<S> x = noise_batch<S>(4, 50, 1) * static_cast<S>(scale);
    Batch<S> y(4, 50);
    BatchNorm<S> norm(4);
    norm.forward(x, y);
    CHECK(distance(y, reference(x, 1e-5).eval().data()) < 2e-6);
  }
}

TEST_CASE("batch norm's output has mean beta and deviation gamma", "[batch_norm]") {
  BatchNorm<double> norm(5, {.epsilon = 1e-12});
  set_golden(norm);
  Batch<double> y(5, 400);
  norm.forward(noise_batch<double>(5, 400, 1), y);
  for (Eigen::Index f = 0; f < 5; ++f) {
    const double mean = y.row(f).mean();
    CHECK(mean == Approx(norm.beta()[f]).margin(1e-12));
    const double variance = (y.row(f).array() - mean).square().mean();
    CHECK(std::sqrt(variance) == Approx(std::abs(norm.gamma()[f])));
  }
}

TEST_CASE("the running statistics are kept, start at 0 and 1, and are what evaluation uses",
          "[batch_norm]") {
  // Peers lose them in a parameter passed by value, or start the variance at 0.
  BatchNorm<double> norm(2, {.momentum = 0.25});
  CHECK(norm.running_mean() == Eigen::Vector2d(0, 0));
  CHECK(norm.running_variance() == Eigen::Vector2d(1, 1));
  Batch<double> x(2, 2), y(2, 2);
  x << 1, 3, -4, 4;
  norm.evaluate(x, y);
  CHECK(y.isApprox(x / std::sqrt(1 + 1e-5), 1e-15));
  norm.forward(x, y);
  CHECK(norm.running_mean() == Eigen::Vector2d(0.5, 0));
  CHECK(norm.running_variance() == Eigen::Vector2d(0.75 + 0.25 * 2, 0.75 + 0.25 * 32));
  norm.forward(x, y);
  CHECK(norm.running_mean() == Eigen::Vector2d(0.875, 0));
  CHECK(norm.batches() == 2);
  const Eigen::Vector2d mean = norm.running_mean(), variance = norm.running_variance();
  norm.evaluate(x, y);
  CHECK(norm.running_mean() == mean);
  CHECK(norm.running_variance() == variance);
  CHECK(y(0, 1) == Approx((3 - mean[0]) / std::sqrt(variance[0] + 1e-5)));
  CHECK(norm.batches() == 2);
}

TEST_CASE("the cumulative average weighs all batches the same", "[batch_norm]") {
  BatchNorm<double> norm(1, {.cumulative = true});
  Batch<double> x(1, 2), y(1, 2);
  double sum = 0;
  for (int batch = 1; batch <= 10; ++batch) {
    x << batch, 3 * batch;
    norm.forward(x, y);
    sum += 2 * batch;
    CHECK(norm.running_mean()[0] == Approx(sum / batch));
  }
  // The state of a checkpoint continues.
  BatchNorm<double> resumed(1, {.cumulative = true});
  resumed.running_mean() = norm.running_mean();
  resumed.running_variance() = norm.running_variance();
  resumed.set_batches(norm.batches());
  norm.forward(x, y);
  resumed.forward(x, y);
  CHECK(same_bits(resumed.running_mean(), norm.running_mean()));
  CHECK(same_bits(resumed.running_variance(), norm.running_variance()));
}

TEMPLATE_TEST_CASE("a batch that is not finite leaves the running statistics alone", "[batch_norm]",
                   float, double) {
  using S = TestType;
  at_every_level([] {
    for (const double bad : {not_a_number, infinity, -infinity}) {
      BatchNorm<S> norm(19, {.cumulative = true});
      Batch<S> x = noise_batch<S>(19, 8, 1), y(19, 8);
      norm.forward(x, y);
      const auto mean = hash(norm.running_mean()), variance = hash(norm.running_variance());
      x(17, 3) = static_cast<S>(bad);
      norm.forward(x, y);
      CHECK(hash(norm.running_mean()) == mean);
      CHECK(hash(norm.running_variance()) == variance);
      CHECK(norm.batches() == 1);
      CHECK(std::isnan(y(17, 3)));  // not hidden either
      CHECK(std::isfinite(y(16, 3)));
    }
  });
}

// Where y and dx begin, and what lies between samples, decide which loops run.
TEMPLATE_TEST_CASE("batch norm has the same bits at every place, with and without its batch",
                   "[batch_norm]", float, double) {
  using S = TestType;
  for (const Eigen::Index features : {64, 128, 272}) {
    const Eigen::Index samples = 37;
    Batch<S> x = noise_batch<S>(features, samples, 1), dy = noise_batch<S>(features, samples, 2);
    x.array() += S(1000);
    std::uint64_t expected = 0;
    at_every_level([&] {
      for (const Eigen::Index gap : {0, 16, 3}) {
        for (const Eigen::Index offset : {0, 1, 4, 15}) {
          for (const bool keep : {true, false}) {
            BatchNorm<S> norm(features, {.keep = keep});
            for (Eigen::Index f = 0; f < features; ++f) {
              norm.gamma()[f] = S(1) + static_cast<S>(f) / S(64);
              norm.beta()[f] = static_cast<S>(f);
            }
            Placed<S> from(x, offset, gap), to(x, offset, gap), up(dy, offset, gap),
                down(dy, offset, gap);
            norm.forward(from.view, to.view);
            if (keep) norm.backward(up.view, down.view);
            if (!keep) norm.backward(from.view, up.view, down.view);
            const std::uint64_t bits = hash(to.view) ^ 3 * hash(down.view) ^
                                       5 * hash(norm.gamma_gradient()) ^
                                       7 * hash(norm.beta_gradient());
            if (expected == 0) expected = bits;
            CAPTURE(features, gap, offset, keep);
            CHECK(bits == expected);
            CHECK(to.intact());
            CHECK(down.intact());
          }
        }
      }
    });
  }
}

TEST_CASE("batch norm without its batch, for images and frozen statistics", "[batch_norm]") {
  const Eigen::Index channels = 5, inner = 77, samples = 3;
  const Batch<float> x = noise_batch<float>(channels * inner, samples, 1);
  const Batch<float> dy = noise_batch<float>(channels * inner, samples, 2);
  for (const bool frozen : {false, true}) {
    Batch<float> y[2], dx[2];
    for (const bool keep : {true, false}) {
      Batch<float> from = x, up = dy, &to = y[keep], &down = dx[keep];
      to = down = x;
      const auto seen = [&](Batch<float>& batch) {
        return eigentrain::Channels<float>{batch.data(), samples, 1, channels, inner, batch.rows()};
      };
      BatchNorm<float> norm(channels, {.keep = keep});
      norm.freeze(frozen);
      norm.forward(seen(from), seen(to));
      if (keep) norm.backward(seen(up), seen(down));
      if (!keep) norm.backward(seen(from), seen(up), seen(down));
    }
    CHECK(same_bits(y[0], y[1]));
    CHECK(same_bits(dx[0], dx[1]));
  }
}

TEST_CASE("each way of batch norm's backward refuses the other layer", "[batch_norm]") {
  Batch<float> x = noise_batch<float>(3, 4, 1), y = x, dy = x, dx = x;
  const Batch<float> before = x;
  BatchNorm<float> keeps(3), takes(3, {.keep = false});
  CHECK_THROWS_WITH(takes.backward(x, dy, dx), "BatchNorm: backward() needs a forward() before it");
  keeps.forward(x, y);
  takes.forward(x, y);
  CHECK_THROWS_WITH(takes.forward(x, x),
                    "BatchNorm: the output is the input, which backward() needs where the layer "
                    "keeps no batch");
  CHECK_THROWS_WITH(keeps.backward(x, dy, dx),
                    "BatchNorm: backward() takes no input, since the layer keeps its batch");
  CHECK_THROWS_WITH(takes.backward(dy, dx),
                    "BatchNorm: backward() needs the input too, since the layer keeps no batch");
  CHECK_THROWS_WITH(takes.backward(x.leftCols(3), dy, dx),
                    "BatchNorm: the input is 3 samples of 1x3x1 (positions x channels x inner), "
                    "but must be 4 of 1x3x1");
  CHECK(takes.batches() == 1);
  CHECK(same_bits(dx, before));
  CHECK(same_bits(x, before));
}

TEST_CASE("batch norm allocates at the first and at larger batches only", "[batch_norm]") {
  BatchNorm<float> norm(31);
  Batch<float> x = noise_batch<float>(31, 64, 1), y(31, 64);
  CHECK(allocations_in([&] { norm.forward(x, y); }) == 1);
  CHECK(allocations_in([&] {
          norm.forward(x, y);
          norm.backward(y, y);
          norm.forward(x.leftCols(33), x.leftCols(33));
          norm.backward(y.leftCols(33), x.leftCols(33));
          norm.evaluate(x, y);
          norm.gamma() += norm.gamma_gradient();
        }) == 0);
}

TEST_CASE("batch norm refuses bad options and shapes, and changes nothing", "[batch_norm]") {
  CHECK_THROWS_WITH(BatchNorm<float>(0), "BatchNorm: features must be at least 1, got 0");
  CHECK_THROWS_AS(BatchNorm<float>(-3), std::invalid_argument);
  const BatchNormOptions bad[] = {
      {.momentum = -0.1}, {.momentum = 1.1},         {.momentum = not_a_number}, {.epsilon = 0.0},
      {.epsilon = -1e-5}, {.epsilon = not_a_number}, {.epsilon = infinity}};
  for (const BatchNormOptions& options : bad) {
    CHECK_THROWS_AS(BatchNorm<float>(4, options), std::invalid_argument);
  }
  CHECK_THROWS_WITH(BatchNorm<float>(4, {.epsilon = 0.0}),
                    "BatchNorm: epsilon must be in (0, inf), got 0");

  BatchNorm<float> norm(4);
  Batch<float> x = noise_batch<float>(4, 8, 1), y(4, 8), wrong = Batch<float>::Zero(4, 7);
  CHECK_THROWS_WITH(norm.backward(x, y), "BatchNorm: backward() needs a forward() before it");
  CHECK_THROWS_AS(norm.set_batches(-1), std::invalid_argument);
  CHECK_THROWS_AS(norm.set_batches(INT64_MAX), std::invalid_argument);  // there is one more to come
  norm.forward(x, y);
  const Batch<float> kept = y;
  const auto mean = hash(norm.running_mean());
  CHECK_THROWS_WITH(norm.forward(x.topRows(3), y.topRows(3)),
                    "BatchNorm: the input is 3x8, but must have 4 rows, one a feature");
  CHECK_THROWS_WITH(norm.forward(x.leftCols(1), y.leftCols(1)),
                    "BatchNorm: the input is 4x1, but must have at least 2 columns in training");
  CHECK_THROWS_AS(norm.forward(x.leftCols(0), y.leftCols(0)), std::invalid_argument);
  CHECK_THROWS_AS(norm.evaluate(x.leftCols(0), y.leftCols(0)), std::invalid_argument);
  CHECK_THROWS_WITH(norm.forward(x, wrong), "BatchNorm: the output is 4x7, but must be 4x8");
  CHECK_THROWS_WITH(norm.evaluate(x, wrong), "BatchNorm: the output is 4x7, but must be 4x8");
  CHECK_THROWS_WITH(norm.backward(wrong, y),
                    "BatchNorm: the output's gradient is 4x7, but must be 4x8");
  CHECK_THROWS_WITH(norm.backward(x, wrong),
                    "BatchNorm: the input's gradient is 4x7, but must be 4x8");
  CHECK(hash(norm.running_mean()) == mean);
  CHECK(norm.batches() == 1);
  CHECK(same_bits(y, kept));
  CHECK((wrong.array() == 0.0f).all());
  norm.evaluate(x.leftCols(1), y.leftCols(1));  // a single sample is fine here
  Batch<float> dx(4, 8), again(4, 8);
  norm.backward(x, dx);
  BatchNorm<float> fresh(4);
  fresh.forward(x, y);
  fresh.backward(x, again);
  CHECK(same_bits(dx, again));
}
