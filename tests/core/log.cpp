// SPDX-License-Identifier: MIT
#include "eigentrain/core/log.hpp"

#include "support/catch.hpp"
#include "support/elementary.hpp"

namespace et = eigentrain;
namespace test = eigentrain::test;

namespace {

const auto function = [](const auto& x) EIGENTRAIN_INLINE_LAMBDA { return log(x); };
const auto oracle = [](long double x) { return std::log(x); };

}  // namespace

TEMPLATE_TEST_CASE("log is within one unit in the last place of libm's long double", "[log]", float,
                   double) {
  using S = TestType;
  CHECK(test::worst_ulps(test::arguments<S>(200000, 4), function, oracle) < 1.0);

  // Around 1 the result is small and must not be the difference of large ones.
  std::vector<S> near_one, subnormal;
  for (int i = -20000; i <= 20000; ++i) {
    near_one.push_back(S(1) + std::numeric_limits<S>::epsilon() / 2 * S(i));
    near_one.push_back(S(1) + S(i) / S(40000));
    subnormal.push_back(std::numeric_limits<S>::denorm_min() * S(i + 20001));
  }
  CHECK(test::worst_ulps(near_one, function, oracle) < 1.0);
  CHECK(test::worst_ulps(subnormal, function, oracle) < 1.0);
}

TEST_CASE("log is within its bound for all floats around 1, and for many of every size",
          "[log][long]") {
  const auto exact = [](double x) { return std::log(x); };
  // Beyond, ln x is k·ln 2 and more, and all k are alike.
  CHECK(test::worst_float_ulps(0x3f000000u, 0x40000000u, 1, function, exact) < 1.0);
  CHECK(test::worst_float_ulps(0x00000001u, 0x7f800000u, 1009, function, exact) < 1.0);
}

TEMPLATE_TEST_CASE("log of special values", "[log]", float, double) {
  using S = TestType;
  using Limits = std::numeric_limits<S>;
  const auto at = [](S x) { return log(et::Packet<S, 1>(x))[0]; };
  CHECK(at(S(0)) == -Limits::infinity());
  CHECK(at(-S(0)) == -Limits::infinity());
  CHECK(at(Limits::infinity()) == Limits::infinity());
  CHECK(std::isnan(at(-Limits::infinity())));
  CHECK(std::isnan(at(S(-1))));
  CHECK(std::isnan(at(-Limits::denorm_min())));
  CHECK(std::isnan(at(Limits::quiet_NaN())));
  CHECK(at(S(1)) == S(0));
  CHECK_FALSE(std::signbit(at(S(1))));
}

TEST_CASE("log has the same bits at every width", "[log]") {
  CHECK_HASHES(test::arguments<float>(8192, 4), function, 0x9c304bd4f52f17eu);
  CHECK_HASHES(test::arguments<double>(8192, 4), function, 0x3bd44371942adc5u);
}
