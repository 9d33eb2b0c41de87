// SPDX-License-Identifier: MIT
#include "eigentrain/core/sin_cos_pi.hpp"

#include "support/catch.hpp"
#include "support/elementary.hpp"

namespace et = eigentrain;
namespace test = eigentrain::test;

namespace {

const auto sine = [](const auto& x) EIGENTRAIN_INLINE_LAMBDA { return sin_cos_pi(x).sin; };
const auto cosine = [](const auto& x) EIGENTRAIN_INLINE_LAMBDA { return cos_pi(x); };

// remainder() is exact, and so is the distance to the nearest quarter.
long double sine_oracle(long double x) {
  const long double pi = 3.14159265358979323846264338327950288L;
  const long double turned = std::remainder(x, 2.0L);
  const long double quarters = std::nearbyint(2 * turned);
  const long double angle = pi * (turned - quarters / 2);
  if (quarters == 1) return std::cos(angle);
  if (quarters == -1) return -std::cos(angle);
  return quarters == 0 ? std::sin(angle) : -std::sin(angle);
}
long double cosine_oracle(long double x) {
  const long double pi = 3.14159265358979323846264338327950288L;
  const long double turned = std::remainder(x, 2.0L);
  const long double quarters = std::nearbyint(2 * turned);
  const long double angle = pi * (turned - quarters / 2);
  if (quarters == 1) return -std::sin(angle);
  if (quarters == -1) return std::sin(angle);
  return quarters == 0 ? std::cos(angle) : -std::cos(angle);
}

}  // namespace

TEMPLATE_TEST_CASE("sin_cos_pi is within two units in the last place", "[sin_cos_pi]", float,
                   double) {
  using S = TestType;
  const double every_second = sizeof(S) == 4 ? 0x1p24 : 0x1p53;
  for (double span : {1.0, 1024.0, every_second / 4, every_second * 2}) {
    const auto values = test::arguments<S>(50000, span);
    CHECK(test::worst_ulps(values, sine, sine_oracle) < 2.0);
    CHECK(test::worst_ulps(values, cosine, cosine_oracle) < 2.0);
  }
}

TEST_CASE("sin_cos_pi is within its bound for all floats of an eighth of a turn, and many others",
          "[sin_cos_pi][long]") {
  const double pi = 3.14159265358979323846;
  const auto turned = [=](double x, int more) {
    const double rest = std::remainder(x, 2.0);  // exact, as is the distance to a quarter
    const double quarters = std::nearbyint(2 * rest);
    const double angle = pi * (rest - quarters / 2);
    const int k = static_cast<int>(quarters) + more;
    const double value = (k & 1) == 0 ? std::sin(angle) : std::cos(angle);
    return (k & 2) == 0 ? value : -value;
  };
  const auto exact_sine = [=](double x) { return turned(x, 0); };
  const auto exact_cosine = [=](double x) { return turned(x, 1); };
  const auto plus = [](const auto& x) EIGENTRAIN_INLINE_LAMBDA { return sin_cos_pi(x).cos; };
  const std::uint32_t eighth = 0x3e800000u;  // ¼
  CHECK(test::worst_float_ulps(eighth - 0x800000u, eighth + 0x800000u, 1, sine, exact_sine) < 2.0);
  CHECK(test::worst_float_ulps(eighth - 0x800000u, eighth + 0x800000u, 1, plus, exact_cosine) <
        2.0);
  // Up to 2²⁴, from where on all are whole turns.
  CHECK(test::worst_float_ulps(0x00000001u, 0x4b800000u, 1009, sine, exact_sine) < 2.0);
  CHECK(test::worst_float_ulps(0x00000001u, 0x4b800000u, 1009, plus, exact_cosine) < 2.0);
}

TEMPLATE_TEST_CASE("quarter turns are exact", "[sin_cos_pi]", float, double) {
  using S = TestType;
  const int sines[] = {0, 1, 0, -1};
  for (int k = -100000; k <= 100000; k += 7) {
    const et::SinCos<S, 1> at = sin_cos_pi(et::Packet<S, 1>(S(k) / S(2)));
    REQUIRE(at.sin[0] == S(sines[k & 3]));
    REQUIRE(at.cos[0] == S(sines[(k + 1) & 3]));
  }
  CHECK_FALSE(std::signbit(cos_pi(et::Packet<S, 1>(S(0.5)))[0]));
  for (S x : {std::numeric_limits<S>::infinity(), std::numeric_limits<S>::quiet_NaN()}) {
    CHECK(std::isnan(cos_pi(et::Packet<S, 1>(x))[0]));
    CHECK(std::isnan(cos_pi(et::Packet<S, 1>(-x))[0]));
  }
}

TEST_CASE("sin_cos_pi has the same bits at every width", "[sin_cos_pi]") {
  CHECK_HASHES(test::arguments<float>(8192, 4), sine, 0xfeadb69aa72b766eu);
  CHECK_HASHES(test::arguments<float>(8192, 4), cosine, 0x30d3d0c8fb7a4e31u);
  CHECK_HASHES(test::arguments<double>(8192, 4), sine, 0xf69f1493a54ac424u);
  CHECK_HASHES(test::arguments<double>(8192, 4), cosine, 0xa989d9a5b3cdf1bau);
}
