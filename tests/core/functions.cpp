// SPDX-License-Identifier: MIT
#include "eigentrain/core/functions.hpp"

#include "support/packets.hpp"

namespace et = eigentrain;
using namespace et::test;

TEMPLATE_TEST_CASE("roots and absolute values are the scalar's, bit for bit", "", float, double) {
  using S = TestType;
  compare<S>(
      "sqrt", [](const auto& a, const auto&) { return sqrt(a); },
      [](S a, S) { return std::sqrt(a); });
  compare<S>(
      "abs", [](const auto& a, const auto&) { return abs(a); }, [](S a, S) { return std::abs(a); });
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
      "larger", [](const auto& a, const auto& b) { return et::detail::larger(a, b); },
      [](S a, S b) { return a > b ? a : b; });
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
      "read_once", [](const auto& a, const auto& b) { return et::detail::read_once(a) * b; },
      [](S a, S b) { return a * b; });
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
