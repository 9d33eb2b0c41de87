// SPDX-License-Identifier: MIT
#include "eigentrain/core/sin_cos.hpp"

#include "support/catch.hpp"
#include "support/elementary.hpp"

namespace et = eigentrain;
namespace test = eigentrain::test;

namespace {

const auto sine = [](const auto& x) EIGENTRAIN_INLINE_LAMBDA { return sin(x); };
const auto cosine = [](const auto& x) EIGENTRAIN_INLINE_LAMBDA { return cos(x); };
const auto sine_oracle = [](long double x) { return std::sin(x); };
const auto cosine_oracle = [](long double x) { return std::cos(x); };

}  // namespace

TEMPLATE_TEST_CASE("sin and cos are within one unit in the last place of libm's long double",
                   "[sin_cos]", float, double) {
  using S = TestType;
  // Every magnitude, and both sides of the limit of the slow reduction, 2²⁰.
  for (double span : {1.0, 64.0, 4194304.0}) {
    const auto values = test::arguments<S>(60000, span);
    CHECK(test::worst_ulps(values, sine, sine_oracle) < 1.0);
    CHECK(test::worst_ulps(values, cosine, cosine_oracle) < 1.0);
  }
  std::vector<S> quarters;  // as close to the zeros as S comes
  for (int k = -3000; k <= 3000; ++k) {
    quarters.push_back(static_cast<S>(k * 1.57079632679489661923));
    quarters.push_back(static_cast<S>(k * 997.0 * 1.57079632679489661923));
  }
  // The closest that doubles come to a multiple of π/2: 6381956970095103·2⁷⁹⁷, by 2⁻⁶¹ or so.
  quarters.push_back(static_cast<S>(std::ldexp(6381956970095103.0, sizeof(S) == 4 ? 60 : 797)));
  CHECK(test::worst_ulps(quarters, sine, sine_oracle) < 1.0);
  CHECK(test::worst_ulps(quarters, cosine, cosine_oracle) < 1.0);
}

TEMPLATE_TEST_CASE("sin and cos of special values", "[sin_cos]", float, double) {
  using S = TestType;
  using Limits = std::numeric_limits<S>;
  for (S x : {Limits::infinity(), -Limits::infinity(), Limits::quiet_NaN()}) {
    CHECK(std::isnan(sin(et::Packet<S, 1>(x))[0]));
    CHECK(std::isnan(cos(et::Packet<S, 1>(x))[0]));
  }
  CHECK(sin(et::Packet<S, 1>(S(0)))[0] == S(0));
  CHECK(cos(et::Packet<S, 1>(S(0)))[0] == S(1));
  CHECK(sin(et::Packet<S, 1>(Limits::denorm_min()))[0] == Limits::denorm_min());
}

TEST_CASE("sin and cos have the same bits at every width", "[sin_cos]") {
  CHECK_HASHES(test::arguments<float>(8192, 64), sine, 0xe39f6aaf46954b40u);
  CHECK_HASHES(test::arguments<float>(8192, 64), cosine, 0xc8fdcf60c42b861bu);
  CHECK_HASHES(test::arguments<double>(8192, 64), sine, 0xf5a8bdb34c4643d3u);
  CHECK_HASHES(test::arguments<double>(8192, 64), cosine, 0x770ac142a6ce3d56u);
}
