// SPDX-License-Identifier: MIT
#include "eigentrain/init/truncated_normal.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "golden/truncated_normal.hpp"
#include "support/catch.hpp"
#include "support/initializers.hpp"

namespace et = eigentrain;
namespace test = eigentrain::test;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

Eigen::MatrixXd sample(const et::TruncatedNormalOptions& options) {
  Eigen::MatrixXd W(1000, 1000);
  et::Generator random(42);
  et::truncated_normal(W, random, options);
  CHECK(W.minCoeff() >= options.low);
  CHECK(W.maxCoeff() <= options.high);
  return W;
}

// By bisection on the textbook's variance.
test::Expected corrected(const et::TruncatedNormalOptions& options) {
  const auto with = [&](double parent) {
    return test::truncated_between(options.mean, parent, options.low, options.high);
  };
  double low = options.std, high = 100 * options.std;
  for (int i = 0; i < 60; ++i) {
    const double middle = std::sqrt(low * high);
    (with(middle).variance < options.std * options.std ? low : high) = middle;
  }
  return with(high);
}

}  // namespace

TEST_CASE("what is drawn has the deviation that was asked for", "[truncated_normal][long]") {
  using Options = et::TruncatedNormalOptions;
  for (const Options& options :
       {Options{}, Options{.std = 0.02}, Options{.std = 0.5, .low = -0.9, .high = 0.9},
        Options{.mean = 1, .std = 0.5, .low = 0, .high = 4},
        Options{.mean = 3, .std = 0.25, .low = -1, .high = 1}}) {
    INFO("mean " << options.mean << ", std " << options.std << ", [" << options.low << ", "
                 << options.high << "]");
    const Eigen::MatrixXd W = sample(options);
    const auto found = test::moments(W.data(), W.size());
    const test::Expected expected = corrected(options);
    const double variance = options.std * options.std;
    CHECK(expected.variance == Approx(variance).epsilon(1e-12));
    CHECK(std::abs(found.variance - variance) <
          4 * variance * std::sqrt((expected.kurtosis - 1) / 1e6));
    CHECK(std::abs(found.mean - expected.mean) < 4 * options.std / 1e3);
    CHECK(test::kolmogorov(std::vector<double>(W.data(), W.data() + W.size()),
                           expected.distribution) < 1.95);
  }
}

TEST_CASE("without correction, the moments are those of PyTorch's values",
          "[truncated_normal][long]") {
  for (const golden::Truncated& torch : golden::truncated) {
    const et::TruncatedNormalOptions options{.mean = torch.mean,
                                             .std = torch.std,
                                             .low = torch.low,
                                             .high = torch.high,
                                             .std_of = et::StdOf::parent};
    const Eigen::MatrixXd W = sample(options);
    const auto found = test::moments(W.data(), W.size());
    const auto expected = test::truncated_between(torch.mean, torch.std, torch.low, torch.high);
    const double n = 1e6, variance = expected.variance;
    const double mean_error = std::sqrt(variance / n);
    const double variance_error = variance * std::sqrt((expected.kurtosis - 1) / n);
    INFO("mean " << torch.mean << ", std " << torch.std << ", [" << torch.low << ", " << torch.high
                 << "]");
    CHECK(std::abs(found.mean - expected.mean) < 4 * mean_error);
    CHECK(std::abs(found.variance - variance) < 4 * variance_error);
    // PyTorch's moments are those of another sample, of 16 million.
    CHECK(std::abs(torch.sample_mean - expected.mean) < 4 * mean_error / 4);
    CHECK(std::abs(torch.sample_variance - variance) < 4 * variance_error / 4);
    CHECK(std::abs(found.mean - torch.sample_mean) < 4 * mean_error * std::sqrt(17.0 / 16));
    CHECK(std::abs(found.variance - torch.sample_variance) <
          4 * variance_error * std::sqrt(17.0 / 16));
  }
}

TEST_CASE("bounds that cut nothing leave a normal distribution", "[truncated_normal][long]") {
  const Eigen::MatrixXd W = sample({.mean = 0.1, .std = 0.01, .low = -2, .high = 2});
  const auto found = test::moments(W.data(), W.size());
  CHECK(std::abs(found.mean - 0.1) < 4 * 0.01 / 1e3);
  CHECK(std::abs(found.variance - 1e-4) < 4e-4 * std::sqrt(2e-6));
}

TEMPLATE_TEST_CASE("truncated_normal refuses bad options before it touches anything",
                   "[truncated_normal]", float, double) {
  using S = TestType;
  Eigen::Matrix<S, 2, 2> W = Eigen::Matrix<S, 2, 2>::Identity();
  et::Generator random(42);
  const auto refuses = [&](et::TruncatedNormalOptions options, const char* why) {
    for (et::StdOf std_of : {et::StdOf::result, et::StdOf::parent}) {
      options.std_of = std_of;
      CHECK_THROWS_WITH(et::truncated_normal(W, random, options),
                        StartsWith("truncated_normal: ") && ContainsSubstring(why));
    }
  };
  for (double bad : {infinity, -infinity, infinity - infinity}) {
    refuses({.mean = bad}, "mean");
    refuses({.std = bad}, "std");
  }
  refuses({.std = -1}, "std");
  refuses({.low = 2, .high = -2}, "low must not be above high, got 2 and -2");
  refuses({.low = infinity, .high = infinity}, "low");
  refuses({.low = -infinity, .high = -infinity}, "high");
  refuses({.low = infinity - infinity}, "low");
  refuses({.high = infinity - infinity}, "high");
  refuses({.low = 1e3, .high = 1e3 + 1}, "");    // a thousand deviations from the mean
  refuses({.std = 0, .low = 1, .high = 2}, "");  // all of it is the mean, which is outside
  // U[−2, 2] has 1.1547.
  CHECK_THROWS_WITH(et::truncated_normal(W, random, {.std = 1.16}),
                    StartsWith("truncated_normal: no normal distribution cut to [-2, 2]"));
  CHECK(W == Eigen::Matrix<S, 2, 2>::Identity());
  CHECK(random == et::Generator(42));
}
