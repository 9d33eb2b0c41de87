// SPDX-License-Identifier: MIT
#include "eigentrain/core/product.hpp"

#include <vector>

#include "support/catch.hpp"
#include "support/hash.hpp"
#include "support/levels.hpp"

namespace et = eigentrain;
namespace test = eigentrain::test;
using et::Index;

namespace {

// Numbers of every size and sign, none of them special.
template <class S>
std::vector<S> numbers(Index count, std::uint32_t seed) {
  std::vector<S> values(static_cast<std::size_t>(count));
  for (S& value : values) {
    seed = seed * 1664525u + 1013904223u;
    value = static_cast<S>(static_cast<double>(seed >> 8) * 0x1p-23 - 1.0);
  }
  return values;
}

}  // namespace

TEMPLATE_TEST_CASE("a product is the sums in the order of the terms, to the last bit", "[product]",
                   float, double) {
  using S = TestType;
  for (const Index rows : {8, 24}) {
    for (const Index columns : {16, 48}) {
      for (const Index depth : {0, 1, 7, 128, 129, 300}) {
        const Index stride = columns + 3;
        const auto a = numbers<S>(rows * depth, 1), b = numbers<S>(depth * stride, 2);
        const auto start = numbers<S>(rows * stride, 3);
        std::vector<S> expected = start;
        for (Index i = 0; i < rows; ++i) {
          for (Index j = 0; j < columns; ++j) {
            for (Index k = 0; k < depth; k += 128) {
              volatile S sum = 0;  // every operation is rounded, whatever the flags
              for (Index l = k; l < std::min<Index>(depth, k + 128); ++l) {
                const volatile S term = a[static_cast<std::size_t>(i * depth + l)] *
                                        b[static_cast<std::size_t>(l * stride + j)];
                sum = sum + term;
              }
              expected[static_cast<std::size_t>(i * stride + j)] -= sum;
            }
          }
        }
        std::vector<S> transposed(a.size());
        for (Index i = 0; i < rows; ++i) {
          for (Index k = 0; k < depth; ++k) {
            transposed[static_cast<std::size_t>(k * rows + i)] =
                a[static_cast<std::size_t>(i * depth + k)];
          }
        }
        test::at_every_level([&] {
          std::vector<S> c = start;
          et::detail::subtract_product<S>({c.data(), stride, 1}, {a.data(), depth, 1},
                                          {b.data(), stride, 1}, rows, columns, depth);
          CHECK(c == expected);
          c = start;
          et::detail::subtract_product<S>({c.data(), stride, 1}, {transposed.data(), 1, rows},
                                          {b.data(), stride, 1}, rows, columns, depth);
          CHECK(c == expected);
        });
      }
    }
  }
}
