// SPDX-License-Identifier: MIT
// More is in set_statistics.cpp and norms.cpp.
#include "eigentrain/layers/lane_sums.hpp"

#include <vector>

#include "support/catch.hpp"
#include "support/levels.hpp"

namespace et = eigentrain;
using et::Index;

namespace {

/// Σx and Σx² of the values of every set, formed in float where that is done.
template <bool Across>
void add_up(const et::detail::SetShape& shape, const std::vector<float>& values, Index set,
            Index run, double* sums, double* squares) {
  const float* const data = values.data();
  et::simd_dispatch([=]<int Bytes>() EIGENTRAIN_INLINE_LAMBDA {
    et::detail::add_up<Across, true, Bytes, float>(
        shape, et::detail::SetMemory<const float>{data, set, run}, true, sums, squares,
        [=]<int N>(Index o, Index i, et::Packet<float, N>& a, et::Packet<float, N>& b)
            EIGENTRAIN_INLINE_LAMBDA {
              const auto x = et::Packet<float, N>::load(data + o * run + i);
              a += x;
              b += x * x;
            });
  });
}

}  // namespace

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
        double sum = 0.0, square = 0.0;
        add_up<false>({1, runs, length, false}, values, length * runs, length, &sum, &square);
        CHECK(sum == expected);
        CHECK(square == Approx(squares).epsilon(1e-6));
      }
    }
  });
}

TEST_CASE("no more than sixteen values are added up in float") {
  et::test::at_every_level([] {
    // The first value of a lane swallows what is added to it in float, and nothing in double.
    const float large = 0x1p24f;
    for (const Index length : {32, 64, 640, 1280}) {
      std::vector<float> values(1280, 1.0f);
      for (std::size_t lane = 0; lane < 32; ++lane) values[lane] = large;
      double sum = 0.0, square = 0.0;
      add_up<false>({1, 1280 / length, length, false}, values, 1280, length, &sum, &square);
      CHECK(sum == 32 * 0x1p24 + (1280 - 16 * 32));
    }
    for (const Index sets : {1, 5, 16, 67}) {
      for (const Index run : {sets, Index(300)}) {  // sixteen runs together, or four
        std::vector<float> values(static_cast<std::size_t>(40 * run), 1.0f);
        std::vector<double> sums(static_cast<std::size_t>(sets)), squares = sums;
        for (Index k = 0; k < sets; ++k) values[static_cast<std::size_t>(k)] = large;
        add_up<true>({sets, 40, 1, true}, values, 1, run, sums.data(), squares.data());
        CHECK(sums == std::vector<double>(static_cast<std::size_t>(sets), 0x1p24 + (40 - 16)));
      }
    }
  });
}
