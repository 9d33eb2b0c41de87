// SPDX-License-Identifier: MIT
#include "eigentrain/core/truncation.hpp"

#include "support/catch.hpp"

namespace et = eigentrain;
using et::detail::normal_interval;
using et::detail::parent_std;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

// What is left of a parent's std.
double truncated_std(double mean, double sigma, double low, double high) {
  return sigma * std::sqrt(normal_interval((low - mean) / sigma, (high - mean) / sigma).variance);
}

}  // namespace

TEST_CASE("the parent of two standard deviations to each side has the published factor",
          "[truncation]") {
  const double factor = 0.87962566103423978;
  for (double sigma : {1e-30, 0.02, 1.0, 3e20}) {
    CHECK(std::abs(parent_std(0, factor * sigma, -2 * sigma, 2 * sigma, "test") / sigma - 1) <
          1e-14);
  }
  CHECK(std::abs(parent_std(5, factor, 3, 7, "test") - 1) < 1e-14);
}

TEST_CASE("half a normal distribution has 1 - 2/pi of the variance", "[truncation]") {
  const double std = std::sqrt(1 - 2 / std::acos(-1.0));
  CHECK(std::abs(parent_std(0, std, 0, infinity, "test") - 1) < 1e-14);
  CHECK(std::abs(parent_std(3, 2 * std, -infinity, 3, "test") - 2) < 1e-14);
}

TEST_CASE("without bounds, or far from them, the parent's std is the result's", "[truncation]") {
  CHECK(parent_std(1, 0.7, -infinity, infinity, "test") == 0.7);
  CHECK(std::abs(parent_std(1, 0.7, -40, 42, "test") / 0.7 - 1) < 1e-14);
  CHECK(std::abs(parent_std(0, 1e-3, -2, 2, "test") / 1e-3 - 1) < 1e-14);
  CHECK(parent_std(0, 0, -2, 2, "test") == 0);
}

TEST_CASE("the parent found gives the std asked for", "[truncation]") {
  struct Case {
    double mean, low, high;
  };
  for (const Case& c : {Case{0, -2, 2}, Case{0, -1, 3}, Case{0, 0, 1}, Case{0, 1, 3},
                        Case{7, -1, 2}, Case{0, -infinity, 1}, Case{0, 2, infinity},
                        Case{-3, 2, infinity}, Case{1e6, 1e6 - 1, 1e6 + 3}}) {
    const double distance = std::max({0.0, c.low - c.mean, c.mean - c.high});
    const double least = distance == 0 ? 0 : truncated_std(c.mean, distance / 10, c.low, c.high);
    const double most = std::min((c.high - c.low) / std::sqrt(12.0), 10.0);
    for (double share : {1e-4, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999999}) {
      const double std = least + share * (most - least);
      const double sigma = parent_std(c.mean, std, c.low, c.high, "test");
      INFO(c.mean << " in [" << c.low << ", " << c.high << "]: " << std << " from " << sigma);
      CHECK(std::abs(truncated_std(c.mean, sigma, c.low, c.high) / std - 1) < 1e-12);
    }
  }
}

TEST_CASE("a std that no parent has is refused", "[truncation]") {
  const double uniform = 4 / std::sqrt(12.0);
  CHECK_THROWS_WITH(parent_std(0, uniform, -2, 2, "owner"),
                    ContainsSubstring("owner: no normal distribution cut to [-2, 2] has a standard "
                                      "deviation of 1.15470054"));
  CHECK_THROWS_WITH(parent_std(0, 5, -2, 2, "owner"), ContainsSubstring("must be below"));
  CHECK_NOTHROW(parent_std(0, uniform * (1 - 1e-8), -2, 2, "owner"));
  CHECK_THROWS_WITH(parent_std(0, 1e-3, 1, 2, "owner"),
                    ContainsSubstring("owner: a standard deviation of 0.001 is too small"));
  CHECK_THROWS_WITH(parent_std(3, 1e-3, -infinity, 2, "owner"), ContainsSubstring("too small"));
  CHECK_THROWS_WITH(parent_std(0, 1, 2, -2, "owner"), ContainsSubstring("low must not be above"));
  CHECK_THROWS_WITH(parent_std(0, 1, 2, 2, "owner"), ContainsSubstring("must be below"));
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS(parent_std(nan, 1, -2, 2, "owner"));
  CHECK_THROWS(parent_std(0, nan, -2, 2, "owner"));
  CHECK_THROWS(parent_std(0, -1, -2, 2, "owner"));
  CHECK_THROWS(parent_std(0, infinity, -infinity, infinity, "owner"));
  CHECK_THROWS(parent_std(0, 1, nan, 2, "owner"));
  CHECK_THROWS(parent_std(0, 1, -2, nan, "owner"));
  CHECK_THROWS(parent_std(0, 1, infinity, infinity, "owner"));
}

TEST_CASE("the parent has the same bits everywhere, written down", "[truncation]") {
  CHECK(parent_std(0, 0.02, -0.05, 0.03, "test") == 0x1.da0bae11b9c99p-6);
  CHECK(parent_std(1, 0.25, 2, infinity, "test") == 0x1.4e060149520ap-1);
}
