// SPDX-License-Identifier: MIT
// More is in set_statistics.cpp and norms.cpp.
#include "eigentrain/layers/lane_sums.hpp"

#include <vector>

#include "support/catch.hpp"
#include "support/levels.hpp"

namespace et = eigentrain;
using et::Index;

TEST_CASE("sums of float are those of double, whatever the length and the number of runs") {
  et::test::at_every_level([] {
    for (const Index length : {1, 15, 31, 32, 33, 100, 511, 512, 513, 1700}) {
      for (const Index runs : {1, 2, 17}) {
        std::vector<float> values(static_cast<std::size_t>(length * runs));
        double expected = 0.0, squares = 0.0;
        for (std::size_t i = 0; i < values.size(); ++i) {
          values[i] = static_cast<float>(i % 1013) * 0.125f;  // exact in float, and so are sums
          expected += static_cast<double>(values[i]);
          squares += static_cast<double>(values[i] * values[i]);
        }
        const float* const data = values.data();
        double sum = 0.0, square = 0.0;
        double* const to[] = {&sum, &square};
        const et::detail::SetShape shape{1, runs, length, false};
        et::simd_dispatch([=]<int Bytes>() EIGENTRAIN_INLINE_LAMBDA {
          et::detail::add_up<false, true, Bytes, float>(
              shape, et::detail::SetMemory<const float>{data, length * runs, length}, true, to[0],
              to[1],
              [=]<int N>(Index o, Index i, et::Packet<float, N>& a, et::Packet<float, N>& b)
                  EIGENTRAIN_INLINE_LAMBDA {
                    const auto x = et::Packet<float, N>::load(data + o * length + i);
                    a += x;
                    b += x * x;
                  });
        });
        CHECK(sum == expected);
        CHECK(square == Approx(squares).epsilon(1e-6));
      }
    }
  });
}
