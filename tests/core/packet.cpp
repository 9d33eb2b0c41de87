// SPDX-License-Identifier: MIT
#include "eigentrain/core/packet.hpp"

#include "support/packets.hpp"

namespace et = eigentrain;
using namespace et::test;

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
      "compound",
      [](const auto& a, const auto& b) {
        auto x = a;
        x += b;
        x *= b;
        x -= b;
        return x;
      },
      [](S a, S b) {
        volatile S sum = a + b;
        volatile S product = sum * b;
        return S(product - b);
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
  at_every_level([&] {
    for (S value : map(operands, [](const auto& x, const auto& y) { return x * x - y; })) {
      CHECK(value == S(0));
    }
  });
  CHECK((et::Exact(1.1) * 1.1 - et::Exact(1.1) * 1.1)[0] == 0.0);
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
