// SPDX-License-Identifier: MIT
#include "eigentrain/gradient/suggest_threshold.hpp"

#include <cmath>
#include <limits>

#include "eigentrain/gradient/clip_norm.hpp"
#include "eigentrain/init/normal.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"

namespace et = eigentrain;
using et::test::allocations_in;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// n norms: level(i) times a log-normal factor with the given spread.
template <class Level>
et::History norms(Eigen::Index n, double spread, const Level& level, std::uint64_t seed = 3) {
  Eigen::VectorXd noise(n);
  et::Generator generator(seed);
  et::normal(noise, generator, 0.0, spread);
  et::History history(n);
  for (Eigen::Index i = 0; i < n; ++i) {
    history.push(level(i) * std::exp(noise[i]));
  }
  return history;
}

}  // namespace

TEST_CASE("the threshold is a little above the median of a stable phase") {
  const auto history = norms(800, 0.3, [](auto) { return 2.0; });
  const auto result = et::suggest_threshold(history);
  CHECK(result.stable);
  CHECK(result.first == 0);
  CHECK(result.median == history.median());
  CHECK(result.median == Approx(2.0).epsilon(0.05));
  CHECK(result.threshold == 1.5 * result.median);
  CHECK(result.drift == Approx(1.0).epsilon(0.1));
  // ln 1.5 is 1.35 standard deviations.
  CHECK(result.share_above == Approx(0.088).margin(0.03));
  CHECK(et::suggest_threshold(history, {.factor = 3.0}).threshold == 3.0 * result.median);
}

TEST_CASE("the beginning, where norms still fall, is discarded") {
  const auto falling = [](Eigen::Index i) {
    return i < 350 ? 40.0 * std::pow(0.05, static_cast<double>(i) / 350.0) : 2.0;
  };
  const auto history = norms(1000, 0.2, falling);
  const auto result = et::suggest_threshold(history);
  CHECK(result.stable);
  CHECK(result.first >= 250);
  CHECK(result.first <= 500);
  CHECK(result.median == Approx(2.0).epsilon(0.1));
  // With the beginning it would have been far off.
  CHECK(history.mean() > 5.0);
}

TEST_CASE("outliers don't move the threshold") {
  const auto calm = norms(400, 0.2, [](auto) { return 1.0; });
  const auto spiky = norms(400, 0.2, [](Eigen::Index i) { return i % 40 == 7 ? 1e4 : 1.0; });
  const auto result = et::suggest_threshold(spiky);
  CHECK(result.stable);
  CHECK(result.threshold == Approx(et::suggest_threshold(calm).threshold).epsilon(0.05));
  CHECK(result.share_above >= 0.025);
  CHECK(spiky.mean() > 100.0);
}

TEST_CASE("norms that fall or grow throughout are not stable") {
  const auto falling =
      norms(800, 0.1, [](Eigen::Index i) { return std::exp2(-static_cast<double>(i) / 50.0); });
  auto result = et::suggest_threshold(falling);
  CHECK_FALSE(result.stable);
  CHECK(result.drift < 0.8);
  CHECK(result.first == 700);  // the last phase with 100 values, and the nearest to what follows
  CHECK(result.threshold == 1.5 * falling.median(700, 800));

  const auto growing =
      norms(800, 0.1, [](Eigen::Index i) { return std::exp2(static_cast<double>(i) / 50.0); });
  result = et::suggest_threshold(growing);
  CHECK_FALSE(result.stable);
  CHECK(result.drift > 1.25);
  // Between the bounds only a wide tolerance is.
  CHECK(et::suggest_threshold(growing, {.tolerance = 1e6}).stable);
  CHECK(et::suggest_threshold(falling, {.tolerance = 1e6}).stable);
}

TEST_CASE("the halves may differ by the tolerance and no more") {
  et::History history(8);
  for (const double value : {1.0, 1.0, 1.0, 1.0, 1.25, 1.25, 1.25, 1.25}) history.push(value);
  CHECK(et::suggest_threshold(history, {.least = 8}).stable);
  CHECK_FALSE(et::suggest_threshold(history, {.least = 8, .tolerance = 1.249}).stable);
  et::History down(8);
  for (const double value : {1.25, 1.25, 1.25, 1.25, 1.0, 1.0, 1.0, 1.0}) down.push(value);
  CHECK(et::suggest_threshold(down, {.least = 8}).stable);
  CHECK_FALSE(et::suggest_threshold(down, {.least = 8, .tolerance = 1.249}).stable);
  CHECK_FALSE(et::suggest_threshold(history, {.least = 9}).stable);
}

TEST_CASE("too few norms give a threshold, but not a stable one") {
  const auto few = norms(99, 0.1, [](auto) { return 5.0; });
  auto result = et::suggest_threshold(few);
  CHECK_FALSE(result.stable);
  CHECK(result.first == 0);
  CHECK(result.threshold == 1.5 * few.median());
  CHECK(et::suggest_threshold(few, {.least = 99}).stable);

  result = et::suggest_threshold(et::History(10));
  CHECK_FALSE(result.stable);
  CHECK(result.threshold == infinity);
  CHECK(std::isnan(result.median));
  CHECK(result.share_above == 0.0);
  et::History one(10);
  one.push(4.0);
  CHECK(et::suggest_threshold(one).threshold == 6.0);
}

TEST_CASE("a phase with norms that are not finite is not stable") {
  auto history = norms(800, 0.1, [](auto) { return 1.0; });
  history.push(std::numeric_limits<double>::quiet_NaN());
  auto result = et::suggest_threshold(history);
  CHECK_FALSE(result.stable);
  CHECK(result.threshold == Approx(1.5).epsilon(0.1));
  for (int i = 0; i < 200; ++i) history.push(1.0);
  result = et::suggest_threshold(history);
  CHECK(result.stable);  // behind it
  CHECK(result.first == 600);
}

TEST_CASE("whatever the norms were, the threshold can be clipped with") {
  et::History zeros(200), huge(200), gone(200);
  for (int i = 0; i < 200; ++i) {
    zeros.push(0.0);
    huge.push(1.5e308);
    gone.push(infinity);
  }
  for (const et::History& history : {zeros, huge, gone}) {
    const auto result = et::suggest_threshold(history);
    CHECK_FALSE(result.stable);
    CHECK(result.threshold == infinity);
    CHECK(result.share_above == 0.0);
    CHECK_NOTHROW(et::clip_by_global_norm(result.threshold));
  }
}

TEST_CASE("a suggestion allocates nothing") {
  const auto history = norms(300, 0.1, [](auto) { return 1.0; });
  double threshold = 0.0;
  CHECK(allocations_in([&] { threshold = et::suggest_threshold(history).threshold; }) == 0);
  CHECK(threshold > 0.0);
}

TEST_CASE("options out of range and negative norms are refused") {
  const auto history = norms(100, 0.1, [](auto) { return 1.0; });
  const double inf = infinity, none = std::nan("");
  for (const double bad : {0.0, -1.0, inf, none}) {
    CHECK_THROWS_WITH(et::suggest_threshold(history, {.factor = bad}),
                      StartsWith("suggest_threshold: factor must be in (0, inf), got "));
  }
  for (const double bad : {0.99, -2.0, inf, none}) {
    CHECK_THROWS_WITH(et::suggest_threshold(history, {.tolerance = bad}),
                      StartsWith("suggest_threshold: tolerance must be in [1, inf), got "));
  }
  CHECK_THROWS_WITH(et::suggest_threshold(history, {.least = 1}),
                    "suggest_threshold: least must be at least 2, got 1");
  et::History negative(3);
  negative.push(-2.0);
  CHECK_THROWS_WITH(et::suggest_threshold(negative),
                    "suggest_threshold: norms must not be negative, got -2");
}
