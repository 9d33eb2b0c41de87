// SPDX-License-Identifier: MIT
#include "eigentrain/schedule/one_cycle.hpp"

#include <limits>
#include <stdexcept>

#include "golden/schedules_more.hpp"
#include "schedule/closed_form.hpp"
#include "support/catch.hpp"

using eigentrain::one_cycle;
using eigentrain::one_cycle_momentum;
using eigentrain::OneCycleOptions;
using eigentrain::OneCycleShape;
using namespace eigentrain::test;

namespace {

// The phases in long double, corner by corner.
long double closed_form(const OneCycleOptions& options, bool is_momentum, std::int64_t step) {
  const long double low = options.lowest_momentum, high = options.highest_momentum;
  const long double start = is_momentum ? high : options.peak / options.start_divisor;
  const long double peak = is_momentum ? low : options.peak;
  const long double end = is_momentum ? high : start / options.final_divisor;
  const long double share = static_cast<long double>(options.rise) * options.steps;
  struct Corner {
    long double at, value;
  };
  std::vector<Corner> corners = {{0, start}, {share - 1, peak}};
  if (options.three_phases) corners.push_back({2 * share - 2, start});
  corners.push_back({static_cast<long double>(options.steps - 1), end});
  for (std::size_t k = 0; k + 1 < corners.size(); ++k) {
    const auto [from, a] = corners[k];
    const auto [to, b] = corners[k + 1];
    if (step >= to) continue;
    const long double x = (step - from) / (to - from);
    const long double pi = 3.14159265358979323846264338327950288L;
    const long double root = std::sin(0.5L * pi * x);
    return a + (b - a) * (options.shape == OneCycleShape::linear ? x : root * root);
  }
  return end;
}

}  // namespace

TEST_CASE("one cycle is its closed form at every step", "[schedule]") {
  for (const std::int64_t steps : {10, 37, 1000}) {
    for (const double rise : {0.25, 0.3, 0.5}) {
      for (const bool three_phases : {false, true}) {
        for (const auto shape : {OneCycleShape::cosine, OneCycleShape::linear}) {
          const OneCycleOptions options{.peak = 0.7,
                                        .steps = steps,
                                        .rise = rise,
                                        .shape = shape,
                                        .three_phases = three_phases};
          CAPTURE(steps, rise, three_phases, static_cast<int>(shape));
          CHECK(worst_ulps(one_cycle(options), steps + 3, [&](std::int64_t t) {
                  return closed_form(options, false, t);
                }) <= 64.0);  // where three phases end far below their start
          CHECK(worst_ulps(one_cycle_momentum(options), steps + 3,
                           [&](std::int64_t t) { return closed_form(options, true, t); }) <= 4.0);
        }
      }
    }
  }
}

TEST_CASE("one cycle has the values that PyTorch's tests publish", "[schedule]") {
  const double expected[] = {1, 13, 25, 21.5, 18, 14.5, 11, 7.5, 4, 0.5, 0.5};
  const auto rate = one_cycle({.peak = 25,
                               .steps = 10,
                               .start_divisor = 25,
                               .final_divisor = 2,
                               .shape = OneCycleShape::linear});
  for (int step = 0; step < 11; ++step) CHECK(ulps(rate(step), expected[step]) <= 2.0);
}

TEST_CASE("one cycle has PyTorch's values, and bits of its own", "[schedule]") {
  namespace torch = golden::schedules;
  OneCycleOptions options{.peak = 0.8, .steps = 37, .start_divisor = 20, .final_divisor = 50};
  CHECK(worst_relative(one_cycle(options), torch::one_cycle_cos_2) <= 1e-13);
  CHECK(worst_relative(one_cycle_momentum(options), torch::one_cycle_cos_2_momentum) <= 1e-14);
  CHECK(hash_steps(one_cycle(options), 100) == 0x28074c041422f23b);
  options.three_phases = true;
  CHECK(worst_relative(one_cycle(options), torch::one_cycle_cos_3) <= 1e-12);
  CHECK(worst_relative(one_cycle_momentum(options), torch::one_cycle_cos_3_momentum) <= 1e-14);
  options.shape = OneCycleShape::linear;
  CHECK(worst_relative(one_cycle(options), torch::one_cycle_linear_3) <= 1e-12);
  CHECK(worst_relative(one_cycle_momentum(options), torch::one_cycle_linear_3_momentum) <= 1e-14);
  CHECK(hash_steps(one_cycle_momentum(options), 100) == 0x2ac4d4d3a0b64d4f);
  options.three_phases = false;
  CHECK(worst_relative(one_cycle(options), torch::one_cycle_linear_2) <= 1e-12);
  CHECK(worst_relative(one_cycle_momentum(options), torch::one_cycle_linear_2_momentum) <= 1e-14);
}

TEST_CASE("one cycle of few or very many steps", "[schedule]") {
  for (const bool three_phases : {false, true}) {
    for (const double rise : {0.0, 0.1, 0.3, 0.5}) {
      for (const std::int64_t steps : {1, 2, 3, 4, 10}) {
        const auto rate =
            one_cycle({.peak = 0.5, .steps = steps, .rise = rise, .three_phases = three_phases});
        CAPTURE(three_phases, rise, steps);
        for (std::int64_t step = 0; step < steps + 2; ++step) {
          CHECK(rate(step) >= 0.0);
          CHECK(rate(step) <= 0.5);
        }
        CHECK(rate(steps - 1) == rate(far_away));
        CHECK(ulps(rate(steps - 1), 0.5L / 25 / 1e4L) <= 2.0);
      }
    }
  }
  CHECK(one_cycle({.peak = 0.5, .steps = 10, .rise = 0.1})(0) == 0.5);  // PyTorch divides by 0
  const auto slow = one_cycle({.peak = 0.5, .steps = far_away});
  CHECK(slow(0) == 0.02);
  CHECK(slow(far_away / 3) > 0.49);
  CHECK(slow(far_away) < 1e-5);
  // The last of three phases is shorter than the distance of neighbouring numbers there.
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  for (const OneCycleShape shape : {OneCycleShape::linear, OneCycleShape::cosine}) {
    const auto cycle = one_cycle({.peak = 1.0,
                                  .steps = most,
                                  .rise = 0.5,
                                  .final_divisor = 1e3,
                                  .shape = shape,
                                  .three_phases = true});
    CHECK(cycle(most - 58) == cycle(most - 1));
  }
}

TEST_CASE("momentum is lowest where the rate is highest", "[schedule]") {
  const OneCycleOptions options{.peak = 0.5, .steps = 100, .rise = 0.31};
  const auto rate = one_cycle(options), momentum = one_cycle_momentum(options);
  CHECK(rate(30) == 0.5);
  CHECK(momentum(30) == 0.85);
  CHECK(momentum(0) == 0.95);
  CHECK(momentum(99) == 0.95);
  int together = 0;
  for (std::int64_t t = 0; t < 99; ++t) {
    together += (rate(t + 1) > rate(t)) == (momentum(t + 1) > momentum(t));
  }
  CHECK(together == 0);
}

TEST_CASE("one cycle refuses bad options", "[schedule]") {
  const OneCycleOptions bad[] = {{.peak = -1.0, .steps = 9},
                                 {.peak = not_a_number, .steps = 9},
                                 {.peak = infinity, .steps = 9},
                                 {.steps = 0},
                                 {.steps = -5},
                                 {},
                                 {.steps = 9, .rise = -0.1},
                                 {.steps = 9, .rise = 1.0},
                                 {.steps = 9, .rise = not_a_number},
                                 {.steps = 9, .rise = 0.6, .three_phases = true},
                                 {.steps = 9, .start_divisor = 0.5},
                                 {.steps = 9, .start_divisor = not_a_number},
                                 {.steps = 9, .final_divisor = 0.0},
                                 {.steps = 9, .final_divisor = infinity},
                                 {.steps = 9, .shape = static_cast<OneCycleShape>(7)},
                                 {.steps = 9, .lowest_momentum = -0.1},
                                 {.steps = 9, .highest_momentum = 1.0}};
  for (const OneCycleOptions& options : bad) {
    CAPTURE(options.peak, options.steps, options.rise);
    CHECK_THROWS_AS(one_cycle(options), std::invalid_argument);
    CHECK_THROWS_AS(one_cycle_momentum(options), std::invalid_argument);
  }
  CHECK_THROWS_WITH(one_cycle({}), "one_cycle: steps must be at least 1, got 0");
  CHECK_THROWS_WITH(one_cycle_momentum({}), "one_cycle_momentum: steps must be at least 1, got 0");
  CHECK_THROWS_WITH(one_cycle({.steps = 9})(-1), "one_cycle: step must be at least 0, got -1");
}
