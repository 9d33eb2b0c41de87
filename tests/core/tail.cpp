// SPDX-License-Identifier: MIT
#include "eigentrain/core/tail.hpp"

#include <vector>

#include "support/packets.hpp"

namespace et = eigentrain;
using namespace et::test;

// Every count at every place in a line, with guards on both sides.
TEMPLATE_TEST_CASE("a tail is copied and put back, and nothing beside it", "", float, double) {
  using S = TestType;
  std::vector<S> source(64), target(64);
  for (std::size_t i = 0; i < source.size(); ++i) source[i] = static_cast<S>(i + 1);
  at_every_level([&] {
    for (int place = 0; place < 20; ++place) {
      for (int count = 1; count < static_cast<int>(et::simd_level()) / int(sizeof(S)); ++count) {
        std::fill(target.begin(), target.end(), S(0));
        const S* from = source.data() + place;
        S* to = target.data() + place;
        bool padded = true;
        bool* const seen = &padded;
        et::simd_dispatch([=]<int Bytes>() EIGENTRAIN_INLINE_LAMBDA {
          constexpr int lanes = Bytes / static_cast<int>(sizeof(S));
          S buffer[lanes];
          et::detail::fill_register<S, lanes>(buffer, from, count);
          for (int lane = count; lane < lanes; ++lane) {
            *seen = *seen && buffer[lane] == from[count - 1];
          }
          et::detail::empty_register<S, lanes>(to, buffer, count);
        });
        CHECK(padded);
        for (int i = 0; i < 64; ++i) {
          const bool inside = i >= place && i < place + count;
          const S expected = inside ? static_cast<S>(i + 1) : S(0);
          if (target[static_cast<std::size_t>(i)] != expected) {
            FAIL_CHECK(count << " values from " << place << ", value " << i);
          }
        }
      }
    }
  });
}
