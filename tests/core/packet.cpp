// SPDX-License-Identifier: MIT
#include "eigentrain/core/packet.hpp"

#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <vector>

#include "support/catch.hpp"
#include "support/levels.hpp"

namespace et = eigentrain;

namespace {

// Values at which arithmetic goes wrong if it does, in all pairs.
template <class S>
std::vector<S> special_values() {
  using Limits = std::numeric_limits<S>;
  std::vector<S> values = {S(0),
                           S(1),
                           S(3),
                           S(0.1),
                           S(1) + Limits::epsilon(),
                           S(1) - Limits::epsilon() / 2,
                           Limits::min(),
                           Limits::min() / 2,
                           Limits::denorm_min(),
                           Limits::max(),
                           Limits::infinity(),
                           Limits::quiet_NaN()};
  const std::size_t count = values.size();
  for (std::size_t i = 0; i < count; ++i) values.push_back(-values[i]);
  return values;
}

template <class S>
struct Operands {
  std::vector<S> a, b;
  Operands() {
    for (S x : special_values<S>()) {
      for (S y : special_values<S>()) {
        a.push_back(x);
        b.push_back(y);
      }
    }
    while (a.size() % 16 != 0) {
      a.push_back(S(0.3));
      b.push_back(S(0.7));
    }
  }
};

// f on all operands, in registers of the level in use.
template <class S, class F>
std::vector<S> map(const Operands<S>& operands, const F& f) {
  std::vector<S> result(operands.a.size());
  const S* a = operands.a.data();
  const S* b = operands.b.data();
  S* to = result.data();
  const std::size_t n = result.size();
  et::simd_dispatch([=]<int Bytes>() EIGENTRAIN_INLINE_LAMBDA {
    using P = et::Packet<S, Bytes / static_cast<int>(sizeof(S))>;
    for (std::size_t i = 0; i < n; i += P::size) f(P::load(a + i), P::load(b + i)).store(to + i);
  });
  return result;
}

template <class S>
bool same(S x, S y) {  // as bits, but all NaN are one
  return (std::isnan(x) && std::isnan(y)) || std::memcmp(&x, &y, sizeof(S)) == 0;
}

// f on packets must give what g gives on scalars, at every level and in one lane.
template <class S, class F, class G>
void compare(const char* what, const F& f, const G& g) {
  const Operands<S> operands;
  et::test::at_every_level([&] {
    const std::vector<S> result = map(operands, f);
    for (std::size_t i = 0; i < result.size(); ++i) {
      const S x = operands.a[i], y = operands.b[i];
      const S expected = g(x, y);
      INFO(what << "(" << x << ", " << y << ") = " << result[i] << " at level "
                << static_cast<int>(et::simd_level()) << ", expected " << expected);
      if (!same(result[i], expected)) FAIL_CHECK("wrong value");
      const S single = f(et::Packet<S, 1>(x), et::Packet<S, 1>(y))[0];
      if (!same(single, expected)) FAIL_CHECK("wrong value in one lane: " << single);
    }
  });
}

}  // namespace

TEMPLATE_TEST_CASE("arithmetic is the scalar's, bit for bit", "", float, double) {
  using S = TestType;
  compare<S>(
      "+", [](const auto& a, const auto& b) { return a + b; }, [](S a, S b) { return a + b; });
  compare<S>(
      "-", [](const auto& a, const auto& b) { return a - b; }, [](S a, S b) { return a - b; });
  compare<S>(
      "*", [](const auto& a, const auto& b) { return a * b; }, [](S a, S b) { return a * b; });
  compare<S>(
      "/", [](const auto& a, const auto& b) { return a / b; }, [](S a, S b) { return a / b; });
  compare<S>("negate", [](const auto& a, const auto&) { return -a; }, [](S a, S) { return -a; });
  compare<S>(
      "sqrt", [](const auto& a, const auto&) { return sqrt(a); },
      [](S a, S) { return std::sqrt(a); });
  compare<S>(
      "abs", [](const auto& a, const auto&) { return abs(a); }, [](S a, S) { return std::abs(a); });
  compare<S>(
      "compound", [](auto a, const auto& b) { return ((a += b) *= b) -= a; },
      [](S a, S b) {
        volatile S sum = a + b;
        volatile S product = sum * b;
        return S(product - product);
      });
}

TEMPLATE_TEST_CASE("products are rounded before they are added", "", float, double) {
  using S = TestType;
  // a·b − c cancels to the rounding error of a·b, which a fused instruction would keep.
  compare<S>(
      "a·b − (a·b)", [](const auto& a, const auto& b) { return a * b - b * a; },
      [](S a, S b) {
        volatile S product = a * b;
        return S(product - product);
      });
  const S a = S(1) + std::numeric_limits<S>::epsilon();
  const S rounded = a * a;  // stored: no longer exact
  Operands<S> operands;
  std::fill(operands.a.begin(), operands.a.end(), a);
  std::fill(operands.b.begin(), operands.b.end(), rounded);
  et::test::at_every_level([&] {
    for (S value : map(operands, [](const auto& x, const auto& y) { return x * x - y; })) {
      CHECK(value == S(0));
    }
  });
  CHECK((et::Exact(1.1) * 1.1 - et::Exact(1.1) * 1.1)[0] == 0.0);
}

TEMPLATE_TEST_CASE("min, max and clamp let NaN through", "", float, double) {
  using S = TestType;
  const S nan = std::numeric_limits<S>::quiet_NaN();
  compare<S>(
      "min", [](const auto& a, const auto& b) { return min(a, b); },
      [nan](S a, S b) { return std::isnan(a) || std::isnan(b) ? nan
                               : a < b                        ? a
                                                              : b; });
  compare<S>(
      "max", [](const auto& a, const auto& b) { return max(a, b); },
      [nan](S a, S b) { return std::isnan(a) || std::isnan(b) ? nan
                               : a > b                        ? a
                                                              : b; });
  compare<S>(
      "clamp", [](const auto& a, const auto&) { return clamp(a, S(-0.5), S(0.5)); },
      [nan](S a, S) { return std::isnan(a) ? nan : std::min(std::max(a, S(-0.5)), S(0.5)); });
}

TEMPLATE_TEST_CASE("sign, is_finite, flush_subnormal and select", "", float, double) {
  using S = TestType;
  compare<S>(
      "sign", [](const auto& a, const auto&) { return sign(a); },
      [](S a, S) { return a > S(0)   ? S(1)
                          : a < S(0) ? S(-1)
                                     : a; });
  compare<S>(
      "is_finite", [](const auto& a, const auto& b) { return select(is_finite(a), b, S(7)); },
      [](S a, S b) { return std::isfinite(a) ? b : S(7); });
  compare<S>(
      "flush", [](const auto& a, const auto&) { return flush_subnormal(a); },
      [](S a, S) { return std::abs(a) < std::numeric_limits<S>::min() ? S(0) : a; });
  compare<S>(
      "masks",
      [](const auto& a, const auto& b) {
        return select(((a < b) | (a == b)) & !(a > S(0)) & (b != S(3)), a, S(9));
      },
      [](S a, S b) { return (a < b || a == b) && !(a > S(0)) && b != S(3) ? a : S(9); });
  compare<S>(
      "order", [](const auto& a, const auto& b) { return select((a <= b) & (b >= a), S(1), S(0)); },
      [](S a, S b) { return a <= b ? S(1) : S(0); });
}

TEMPLATE_TEST_CASE("a scalar fills all lanes and keeps the sign of zero", "", float, double) {
  using S = TestType;
  for (S value : special_values<S>()) {
    compare<S>(
        "splat", [value](const auto& a, const auto&) { return value + (a - a); },
        [value](S a, S) {
          volatile S zero = a - a;
          return S(value + zero);
        });
    const et::Packet<S, 4> four(value);
    for (int lane = 0; lane < 4; ++lane) CHECK(same(four[lane], value));
  }
}

TEST_CASE("floats widen exactly") {
  const std::vector<float> values = special_values<float>();
  const float* from = values.data();
  std::vector<double> wide(values.size());
  double* to = wide.data();
  REQUIRE(values.size() % 8 == 0);
  const std::size_t n = values.size();
  et::test::at_every_level([&] {
    et::simd_dispatch([=]<int Bytes>() EIGENTRAIN_INLINE_LAMBDA {
      constexpr int lanes = Bytes / static_cast<int>(sizeof(double));
      for (std::size_t i = 0; i < n; i += lanes) {
        et::convert<double>(et::Packet<float, lanes>::load(from + i)).store(to + i);
      }
    });
    for (std::size_t i = 0; i < n; ++i) CHECK(same(wide[i], static_cast<double>(values[i])));
  });
}
