// SPDX-License-Identifier: MIT
#include "eigentrain/init/variance_scaling.hpp"

#include <cmath>

#include "eigentrain/init/he.hpp"
#include "eigentrain/init/lecun.hpp"
#include "eigentrain/init/xavier.hpp"
#include "support/catch.hpp"
#include "support/scaled.hpp"

namespace et = eigentrain;
namespace test = eigentrain::test;

namespace {

et::VarianceScalingOptions with(et::VarianceScalingOptions options, et::Distribution distribution) {
  options.distribution = distribution;
  return options;
}

}  // namespace

TEMPLATE_TEST_CASE("the variance is the scale over the fan", "[variance_scaling]", float, double) {
  const auto check = [](const et::VarianceScalingOptions& options, double std) {
    const auto as = [&](et::Distribution distribution) {
      return [=](auto& W, auto& random) {
        et::variance_scaling(W, random, with(options, distribution));
      };
    };
    test::check_scaled<TestType>(std, as(et::Distribution::uniform), as(et::Distribution::normal),
                                 as(et::Distribution::truncated_normal));
  };
  // W is 30 × 50.
  check({}, std::sqrt(1.0 / 50));
  check({.scale = 5}, std::sqrt(5.0 / 50));
  check({.scale = 0}, 0);
  check({.fan = et::Fan::out}, std::sqrt(1.0 / 30));
  check({.fan = et::Fan::average}, std::sqrt(1.0 / 40));
  check({.fans = {.in = 7, .out = 9}}, std::sqrt(1.0 / 7));
  check({.fan = et::Fan::average, .fans = {.in = 7, .out = 9}}, std::sqrt(1.0 / 8));
  check({.axes = {.out = 1, .in = 0}}, std::sqrt(1.0 / 30));
}

TEST_CASE("Xavier, He and LeCun are cases of it", "[variance_scaling]") {
  const auto same = [](const auto& call, const et::VarianceScalingOptions& options) {
    Eigen::MatrixXf W(30, 50), wanted(30, 50);
    et::Generator first(42), second(42);
    call(W, first);
    et::variance_scaling(wanted, second, options);
    CHECK(W.isApprox(wanted, 1e-6f));
  };
  using enum et::Distribution;
  same([](auto& W, auto& random) { et::xavier_uniform(W, random, {.gain = et::gains::tanh}); },
       {.scale = 25.0 / 9, .fan = et::Fan::average, .distribution = uniform});
  same([](auto& W, auto& random) { et::he_normal(W, random); },
       {.scale = 2, .distribution = normal});
  same([](auto& W, auto& random) { et::he_truncated_normal(W, random, {.fan = et::Fan::out}); },
       {.scale = 2, .fan = et::Fan::out});
  same([](auto& W, auto& random) { et::lecun_truncated_normal(W, random); }, {});
}

TEST_CASE("kernels in every layout have the same deviation", "[variance_scaling]") {
  Eigen::Tensor<float, 4> torch(64, 32, 3, 3);
  Eigen::Tensor<float, 4> keras(3, 3, 32, 64);
  et::Generator first(42), second(42);
  et::variance_scaling(torch, first, {.axes = {.out = 0, .in = 1}});
  et::variance_scaling(keras, second, {.axes = {.out = 3, .in = 2}});
  const Eigen::Map<const Eigen::VectorXf> a(torch.data(), torch.size());
  const Eigen::Map<const Eigen::VectorXf> b(keras.data(), keras.size());
  CHECK(a == b);
  const double std = std::sqrt(1.0 / 288), n = 64 * 32 * 9;
  CHECK(std::abs(a.cast<double>().squaredNorm() / n - std * std) < 4 * std * std / std::sqrt(n));
}

TEST_CASE("variance_scaling refuses bad options before it touches anything", "[variance_scaling]") {
  for (int i = 0; i < 3; ++i) {
    const auto distribution = static_cast<et::Distribution>(i);
    test::check_fan_refusals<et::VarianceScalingOptions>(
        "variance_scaling", [=](auto& W, auto& random, const auto& options) {
          et::variance_scaling(W, random, with(options, distribution));
        });
    Eigen::Matrix2f W = Eigen::Matrix2f::Identity();
    et::Generator random(42);
    constexpr double infinity = std::numeric_limits<double>::infinity();
    for (double scale : {-1.0, infinity, infinity - infinity}) {
      CHECK_THROWS_WITH(
          et::variance_scaling(W, random, {.scale = scale, .distribution = distribution}),
          StartsWith("variance_scaling: scale must be in [0, inf)"));
    }
    CHECK_THROWS_WITH(
        et::variance_scaling(W, random,
                             {.fan = static_cast<et::Fan>(-1), .distribution = distribution}),
        "variance_scaling: fan must be in, out or average, got -1");
    CHECK_THROWS_WITH(
        et::variance_scaling(W, random, {.distribution = static_cast<et::Distribution>(3)}),
        "variance_scaling: distribution must be uniform, normal or truncated_normal, got 3");
    CHECK(W == Eigen::Matrix2f::Identity());
    CHECK(random == et::Generator(42));
  }
}
