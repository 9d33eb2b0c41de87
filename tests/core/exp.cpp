// SPDX-License-Identifier: MIT
#include "eigentrain/core/exp.hpp"

#include "support/catch.hpp"
#include "support/elementary.hpp"

namespace et = eigentrain;
namespace test = eigentrain::test;

namespace {

const auto function = [](const auto& x) EIGENTRAIN_INLINE_LAMBDA { return exp(x); };
const auto oracle = [](long double x) { return std::exp(x); };

}  // namespace

TEMPLATE_TEST_CASE("exp is within one unit in the last place of libm's long double", "[exp]", float,
                   double) {
  using S = TestType;
  CHECK(test::worst_ulps(test::arguments<S>(200000, 1024), function, oracle) < 1.0);
  CHECK(test::worst_ulps(test::arguments<S>(200000, 64), function, oracle) < 1.0);
  CHECK(test::worst_ulps(test::arguments<S>(200000, 1), function, oracle) < 1.0);
}

TEMPLATE_TEST_CASE("exp passes through the subnormals and overflows where it must", "[exp]", float,
                   double) {
  using S = TestType;
  using Limits = std::numeric_limits<S>;
  const auto at = [](S x) { return exp(et::Packet<S, 1>(x))[0]; };
  CHECK(at(Limits::infinity()) == Limits::infinity());
  CHECK(at(-Limits::infinity()) == S(0));
  CHECK(at(Limits::max()) == Limits::infinity());
  CHECK(at(Limits::lowest()) == S(0));
  CHECK(std::isnan(at(Limits::quiet_NaN())));
  CHECK(at(S(0)) == S(1));
  CHECK(at(-S(0)) == S(1));

  std::vector<S> edge;
  const S top = std::log(Limits::max());
  const S bottom = std::log(Limits::min());
  for (int i = -500; i <= 500; ++i) {
    edge.push_back(top + top * Limits::epsilon() * S(i));
    edge.push_back(bottom - S(0.04) * S(i + 480));
  }
  CHECK(test::worst_ulps(edge, function, oracle) < 1.0);
}

TEST_CASE("exp has the same bits at every width", "[exp]") {
  CHECK_HASHES(test::arguments<float>(8192, 128), function, 0x594d12f9b81423adu);
  CHECK_HASHES(test::arguments<double>(8192, 1024), function, 0xe85cb7d3058d2a19u);
}
