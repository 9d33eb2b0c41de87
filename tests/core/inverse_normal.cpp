// SPDX-License-Identifier: MIT
#include "eigentrain/core/inverse_normal.hpp"

#include "support/catch.hpp"
#include "support/elementary.hpp"

namespace et = eigentrain;
namespace test = eigentrain::test;

namespace {

const auto centre = [](const auto& q)
                        EIGENTRAIN_INLINE_LAMBDA { return et::detail::inverse_normal_centre(q); };
const auto tail = [](const auto& t)
                      EIGENTRAIN_INLINE_LAMBDA { return et::detail::inverse_normal_tail(t); };

long double upper_tail(long double z) {
  return 0.5L * std::erfc(z / std::sqrt(2.0L));
}
long double density(long double z) {
  return std::exp(-z * z / 2) / std::sqrt(2 * std::acos(-1.0L));
}

// Newton's method from the value under test, with libm's erf and erfc.
template <class S>
double centre_error(S q, S got) {
  if (q == 0) return got == 0 ? 0 : HUGE_VAL;
  long double z = got;
  for (int i = 0; i < 2; ++i) {
    z -= (0.5L * std::erf(z / std::sqrt(2.0L)) - static_cast<long double>(q)) / density(z);
  }
  return test::ulps(got, z);
}
template <class S>
double tail_error(S t, S got) {
  long double z = got;
  for (int i = 0; i < 2; ++i) {
    z += (std::log(upper_tail(z)) - std::log(static_cast<long double>(t))) * upper_tail(z) /
         density(z);
  }
  return test::ulps(got, z);
}

template <class S, class Function, class Error>
double worst(const std::vector<S>& values, const Function& function, const Error& error) {
  double most = 0;
  for (S x : values) {
    const double found = error(x, function(et::Packet<S, 1>(x))[0]);
    if (!(found <= most)) most = found;
  }
  return most;
}

constexpr double begin = et::detail::normal_tail_begin;

template <class S>
std::vector<S> centres(int count) {
  std::vector<S> values = {S(0), S(0.25), S(0.5 - begin), -S(0.5 - begin)};
  test::Sequence next;
  while (static_cast<int>(values.size()) < count) {
    values.push_back(static_cast<S>((next.unit() - 0.5) * (1 - 2 * begin)));
    const int power = static_cast<int>(next() % 60);
    values.push_back(static_cast<S>(std::ldexp(next.unit(), -2 - power)));
    values.push_back(static_cast<S>((0.5 - begin) * (1 - next.unit() / 32)));
  }
  values.resize(static_cast<std::size_t>(count));
  return values;
}
template <class S>
std::vector<S> tails(int count) {
  std::vector<S> values = {S(begin), sizeof(S) == 4 ? std::numeric_limits<S>::min() : S(1e-40)};
  test::Sequence next;
  while (static_cast<int>(values.size()) < count) {
    const int power = static_cast<int>(next() % (sizeof(S) == 4 ? 119 : 125));
    values.push_back(static_cast<S>(std::ldexp(1 + next.unit(), -6 - power)));
    values.push_back(static_cast<S>(begin * (1 - next.unit() / 1000)));
    values.push_back(static_cast<S>(begin * next.unit()));
  }
  for (S& t : values) t = std::min(t, S(begin));
  values.resize(static_cast<std::size_t>(count));
  return values;
}

}  // namespace

TEMPLATE_TEST_CASE("the inverse normal distribution is within its error bounds", "[inverse_normal]",
                   float, double) {
  using S = TestType;
  const double at_centre = worst(centres<S>(60000), centre, centre_error<S>);
  const double at_tail = worst(tails<S>(60000), tail, tail_error<S>);
  CAPTURE(at_centre, at_tail);
  CHECK(at_centre < (sizeof(S) == 4 ? 5.0 : 7.0));
  CHECK(at_tail < 3.0);
}

TEMPLATE_TEST_CASE("both halves meet", "[inverse_normal]", float, double) {
  using S = TestType;
  const S inner = centre(et::Packet<S, 1>(S(0.5 - begin)))[0];
  const S outer = tail(et::Packet<S, 1>(S(begin)))[0];
  CHECK(std::abs(inner - outer) < 16 * std::numeric_limits<S>::epsilon());
  CHECK(static_cast<double>(outer) == Approx(2.125).epsilon(1e-6));
}

TEST_CASE("quantiles from tables", "[inverse_normal]") {
  const auto at = [](double p) { return centre(et::Exact(p - 0.5))[0]; };
  const auto beyond = [](double t) { return tail(et::Exact(t))[0]; };
  CHECK(at(0.5) == 0);
  CHECK(at(0.75) == Approx(0.67448975019608174).epsilon(1e-15));
  CHECK(at(0.95) == Approx(1.6448536269514722).epsilon(1e-15));
  CHECK(at(0.025) == Approx(-1.9599639845400545).epsilon(1e-15));
  CHECK(beyond(0.01) == Approx(2.3263478740408408).epsilon(1e-15));
  CHECK(beyond(0.001) == Approx(3.0902323061678132).epsilon(1e-15));
  CHECK(beyond(1e-9) == Approx(5.9978070150076869).epsilon(1e-15));
  CHECK(beyond(2.8665157187919391e-07) == Approx(5).epsilon(1e-15));
  CHECK(beyond(7.6198530241605261e-24) == Approx(10).epsilon(1e-15));
}

TEST_CASE("the inverse normal distribution has the same bits at every width", "[inverse_normal]") {
  CHECK_HASHES(centres<float>(8192), centre, 0x27eb6d5b25d05179u);
  CHECK_HASHES(centres<double>(8192), centre, 0xa5a8905baeb3aa2eu);
  CHECK_HASHES(tails<float>(8192), tail, 0xae0be280f187f300u);
  CHECK_HASHES(tails<double>(8192), tail, 0x5e53cbdfbe49b46u);
}
