// SPDX-License-Identifier: MIT
#include "eigentrain/schedule/cyclic.hpp"

#include <limits>
#include <stdexcept>

#include "golden/schedules_more.hpp"
#include "schedule/closed_form.hpp"
#include "support/catch.hpp"

using eigentrain::cyclic;
using eigentrain::CyclicOptions;
using eigentrain::CyclicShape;
using namespace eigentrain::test;

TEST_CASE("cyclic rates are their closed form at every step", "[schedule]") {
  for (const auto shape :
       {CyclicShape::triangular, CyclicShape::triangular2, CyclicShape::exp_range}) {
    for (const std::int64_t rise : {1, 2, 7}) {
      for (const std::int64_t fall : {0, 1, 13}) {
        const double factor = shape == CyclicShape::exp_range ? 0.99 : 1.0;
        for (const double base : {0.01, 0.9}) {
          const auto rate = cyclic({.base = base,
                                    .peak = 0.5,
                                    .rise = rise,
                                    .fall = fall,
                                    .shape = shape,
                                    .factor = factor});
          CAPTURE(static_cast<int>(shape), rise, fall, base);
          CHECK(worst_ulps(rate, 1000, [&](std::int64_t t) {
                  const std::int64_t down = fall == 0 ? rise : fall, at = t % (rise + down);
                  const long double x =
                      at < rise ? static_cast<long double>(at) / static_cast<long double>(rise)
                                : static_cast<long double>(rise + down - at) /
                                      static_cast<long double>(down);
                  long double height = 0.5L - base;
                  if (shape == CyclicShape::triangular2) {
                    height *= std::pow(0.5L, static_cast<long double>(t / (rise + down)));
                  } else if (shape == CyclicShape::exp_range) {
                    height *=
                        std::pow(static_cast<long double>(factor), static_cast<long double>(t));
                  }
                  return base + height * x;
                }) <= (shape == CyclicShape::exp_range ? 100.0 : 8.0));  // γᵗ rounds often
        }
      }
    }
  }
}

TEST_CASE("every tip is in its exact step", "[schedule]") {
  const auto rate = cyclic({.base = 0.25, .peak = 0.5, .rise = 3, .fall = 7});
  for (std::int64_t start = 999'999'999'990; start < 1'000'000'000'100; start += 10) {
    CHECK(rate(start) == 0.25);
    CHECK(rate(start + 3) == 0.5);
  }
  constexpr auto most = std::numeric_limits<std::int64_t>::max();
  CHECK(cyclic({.base = 0.25, .peak = 0.5, .rise = most})(most / 2 + 1) == 0.375);
  CHECK(cyclic({.base = 0.25, .peak = 0.5, .rise = far_away, .fall = most})(far_away) == 0.5);
  CHECK(cyclic({.base = 0.25, .shape = CyclicShape::exp_range, .factor = 0.5})(most) == 0.25);
}

TEST_CASE("cyclic rates have PyTorch's values, and bits of their own", "[schedule]") {
  namespace torch = golden::schedules;
  // PyTorch finds its place by 1 + t/T − ⌊1 + t/T⌋ in floating point, which costs it digits.
  CyclicOptions options{.base = 0.01, .peak = 0.5, .rise = 4, .fall = 7};
  CyclicOptions momentum{.base = 0.9, .peak = 0.8, .rise = 4, .fall = 7};
  CHECK(worst_relative(cyclic(options), torch::cyclic_triangular) <= 1e-12);
  CHECK(worst_relative(cyclic(momentum), torch::cyclic_triangular_momentum) <= 1e-13);
  options.shape = momentum.shape = CyclicShape::triangular2;
  CHECK(worst_relative(cyclic(options), torch::cyclic_triangular2) <= 1e-12);
  CHECK(worst_relative(cyclic(momentum), torch::cyclic_triangular2_momentum) <= 1e-13);
  options.shape = momentum.shape = CyclicShape::exp_range;
  options.factor = momentum.factor = 0.97;
  CHECK(worst_relative(cyclic(options), torch::cyclic_exp_range) <= 1e-12);
  CHECK(worst_relative(cyclic(momentum), torch::cyclic_exp_range_momentum) <= 1e-13);
  CHECK(hash_steps(cyclic(options), 1000) == 0xaa1de1407a432916);
}

TEST_CASE("cyclic rates refuse bad options", "[schedule]") {
  const CyclicOptions bad[] = {{.base = -1.0},
                               {.base = not_a_number},
                               {.peak = -1.0},
                               {.peak = infinity},
                               {.rise = 0},
                               {.rise = -5},
                               {.fall = -1},
                               {.shape = static_cast<CyclicShape>(7)},
                               {.factor = 0.5},
                               {.shape = CyclicShape::exp_range, .factor = 0.0},
                               {.shape = CyclicShape::exp_range, .factor = 1.5},
                               {.shape = CyclicShape::exp_range, .factor = not_a_number}};
  for (const CyclicOptions& options : bad) {
    CAPTURE(options.base, options.peak, options.rise, options.fall, options.factor);
    CHECK_THROWS_AS(cyclic(options), std::invalid_argument);
  }
  CHECK_THROWS_WITH(cyclic({.factor = 0.5}), "cyclic: only exp_range takes a factor, got 0.5");
  CHECK_THROWS_WITH(cyclic({})(-1), "cyclic: step must be at least 0, got -1");
}
