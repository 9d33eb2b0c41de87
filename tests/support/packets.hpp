// SPDX-License-Identifier: MIT
// Compares what packets compute with what scalars do, at every level and in one lane.
#pragma once

#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "eigentrain/core/packet.hpp"
#include "support/catch.hpp"
#include "support/levels.hpp"

namespace eigentrain::test {

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
  simd_dispatch([=]<int Bytes>() EIGENTRAIN_INLINE_LAMBDA {
    using P = Packet<S, Bytes / static_cast<int>(sizeof(S))>;
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
  at_every_level([&] {
    const std::vector<S> result = map(operands, f);
    for (std::size_t i = 0; i < result.size(); ++i) {
      const S x = operands.a[i], y = operands.b[i];
      const S expected = g(x, y);
      INFO(what << "(" << x << ", " << y << ") = " << result[i] << " at level "
                << static_cast<int>(simd_level()) << ", expected " << expected);
      if (!same(result[i], expected)) FAIL_CHECK("wrong value");
      const S single = f(Packet<S, 1>(x), Packet<S, 1>(y))[0];
      if (!same(single, expected)) FAIL_CHECK("wrong value in one lane: " << single);
    }
  });
}

}  // namespace eigentrain::test
