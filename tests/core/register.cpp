// SPDX-License-Identifier: MIT
#include "eigentrain/core/register.hpp"

#include "support/packets.hpp"

namespace et = eigentrain;
using namespace et::test;

// All orders and all combinations, on all pairs of special values.
TEMPLATE_TEST_CASE("masks combine as truth values do", "", float, double) {
  using S = TestType;
  compare<S>(
      "&", [](const auto& a, const auto& b) { return select((a < b) & (b <= S(1)), S(1), S(0)); },
      [](S a, S b) { return a < b && b <= S(1) ? S(1) : S(0); });
  compare<S>(
      "|", [](const auto& a, const auto& b) { return select((a >= b) | (b != a), S(1), S(0)); },
      [](S a, S b) { return a >= b || b != a ? S(1) : S(0); });
  compare<S>(
      "!", [](const auto& a, const auto& b) { return select(!(a > b), S(1), S(0)); },
      [](S a, S b) { return !(a > b) ? S(1) : S(0); });
  compare<S>(
      "all three",
      [](const auto& a, const auto& b) {
        return select((!((a == b) | (a < S(0)))) & (!(b > S(1))), S(1), S(0));
      },
      [](S a, S b) { return !(a == b || a < S(0)) && !(b > S(1)) ? S(1) : S(0); });
}
