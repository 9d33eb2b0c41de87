// SPDX-License-Identifier: MIT
#include "eigentrain/schedule/plateau.hpp"

#include <stdexcept>
#include <vector>

#include "eigentrain/schedule/schedule.hpp"
#include "golden/schedules_more.hpp"
#include "schedule/oracle.hpp"
#include "support/catch.hpp"
#include "support/visitor.hpp"

using eigentrain::PlateauMode;
using eigentrain::PlateauOptions;
using eigentrain::PlateauState;
using eigentrain::PlateauThreshold;
using eigentrain::ReduceOnPlateau;
using namespace eigentrain::test;

namespace {

// As in tests/golden/schedules_more.py.
std::vector<double> metrics(int count, double sign) {
  std::vector<double> values;
  double value = 64.0;
  for (int k = 0; k < count; ++k) {
    const int residue = k * k % 7;
    if ((residue == 1 || residue == 2) && k % 16 < 9) value -= 0.5 + k % 5 * 0.25;
    values.push_back(sign * (value + 0.125 * (k % 3)) + (sign > 0 ? 0.0 : 200.0));
  }
  return values;
}

template <std::size_t N>
int differing(ReduceOnPlateau plateau, double sign, const double (&expected)[N]) {
  int count = 0;
  const std::vector<double> given = metrics(static_cast<int>(N), sign);
  for (std::size_t k = 0; k < N; ++k) {
    const double before = plateau.rate();
    const bool is_cut = plateau.update(given[k]);
    count += is_cut != (plateau.rate() != before);
    count += !(std::fabs(plateau.rate() - expected[k]) <= 1e-14 * expected[k]);
  }
  return count;
}

// How many updates with these metrics, one after the other, it takes to the first cut; 0: none.
int first_cut(ReduceOnPlateau plateau, const std::vector<double>& given) {
  for (std::size_t k = 0; k < given.size(); ++k) {
    if (plateau.update(given[k])) return static_cast<int>(k + 1);
  }
  return 0;
}

}  // namespace

TEST_CASE("a plateau has PyTorch's rates", "[schedule]") {
  namespace torch = golden::schedules;
  using enum PlateauMode;
  CHECK(
      differing(ReduceOnPlateau({.initial = 1.0, .factor = 0.5, .patience = 2, .threshold = 0.01}),
                1.0, torch::plateau_min) == 0);
  CHECK(differing(ReduceOnPlateau({.initial = 1.0,
                                   .factor = 0.5,
                                   .patience = 3,
                                   .threshold = 0.001,
                                   .mode = max,
                                   .cooldown = 4}),
                  -1.0, torch::plateau_max) == 0);
  CHECK(differing(ReduceOnPlateau({.initial = 1.0,
                                   .factor = 0.3,
                                   .patience = 1,
                                   .threshold = 0.6,
                                   .kind = PlateauThreshold::absolute,
                                   .cooldown = 2,
                                   .lowest = 0.004}),
                  1.0, torch::plateau_absolute) == 0);
  CHECK(differing(ReduceOnPlateau({.initial = 1.0,
                                   .factor = 0.3,
                                   .patience = 0,
                                   .threshold = 1.1,
                                   .kind = PlateauThreshold::absolute,
                                   .mode = max,
                                   .epsilon = 0.02}),
                  -1.0, torch::plateau_absolute_max) == 0);
}

TEST_CASE("a plateau cuts when more metrics than its patience are no better", "[schedule]") {
  for (const std::int64_t patience : {0, 1, 5}) {
    const PlateauOptions options{.patience = patience};
    // The first metric is the best there is.
    CHECK(first_cut(ReduceOnPlateau(options), std::vector<double>(20, 3.0)) == patience + 2);
    CHECK(first_cut(ReduceOnPlateau(options), {5, 4, 3, 2, 1, 0.5, 0.2}) == 0);
  }
}

TEST_CASE("a plateau is right for negative metrics", "[schedule]") {
  for (const auto kind : {PlateauThreshold::relative, PlateauThreshold::absolute}) {
    for (const auto mode : {PlateauMode::min, PlateauMode::max}) {
      for (const double level : {-1.0, -1e-3, 0.0, 1.0, -1e6}) {
        const PlateauOptions options{.patience = 3, .threshold = 0.01, .kind = kind, .mode = mode};
        CAPTURE(static_cast<int>(kind), static_cast<int>(mode), level);
        // One that stays is cut, PyTorch's relative threshold never does that at −1.
        CHECK(first_cut(ReduceOnPlateau(options), std::vector<double>(9, level)) == 5);
        // One that gets better by more than the threshold is not, one by less is.
        const double margin = kind == PlateauThreshold::absolute ? 0.01 : 0.01 * std::fabs(level);
        const double sign = mode == PlateauMode::min ? -1.0 : 1.0;
        if (margin == 0.0) continue;
        std::vector<double> well, badly, worse;
        for (int k = 0; k < 9; ++k) {
          well.push_back(level + sign * 1.5 * margin * k);
          badly.push_back(level + sign * 0.1 * margin * k);
          worse.push_back(level - sign * 5.0 * margin * k);
        }
        CHECK(first_cut(ReduceOnPlateau(options), well) == 0);
        CHECK(first_cut(ReduceOnPlateau(options), badly) == 5);
        CHECK(first_cut(ReduceOnPlateau(options), worse) == 5);
      }
    }
  }
}

TEST_CASE("a plateau has a floor, a cooldown and a smallest cut", "[schedule]") {
  ReduceOnPlateau floor(
      {.initial = 1.0, .factor = 0.5, .patience = 0, .lowest = 0.3, .epsilon = 0.0});
  CHECK_FALSE(floor.update(1.0));
  CHECK(floor.update(1.0));
  CHECK(floor.rate() == 0.5);
  CHECK(floor.update(1.0));
  CHECK(floor.rate() == 0.3);
  CHECK_FALSE(floor.update(1.0));
  CHECK(floor.state().cuts == 2);
  ReduceOnPlateau below({.initial = 0.1, .patience = 0, .lowest = 0.3});
  for (int k = 0; k < 9; ++k) CHECK_FALSE(below.update(1.0));
  CHECK(below.rate() == 0.1);  // the floor never raises

  ReduceOnPlateau cool({.initial = 1.0, .factor = 0.5, .patience = 1, .cooldown = 3});
  std::vector<bool> cuts;
  for (int k = 0; k < 13; ++k) cuts.push_back(cool.update(1.0));
  // First, bad, cut; three that don't count, bad, cut; …
  CHECK(cuts == std::vector<bool>{0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1});

  ReduceOnPlateau tiny({.initial = 1e-8, .patience = 0});
  for (int k = 0; k < 5; ++k) CHECK_FALSE(tiny.update(1.0));
  CHECK(tiny.rate() == 1e-8);
}

TEST_CASE("a plateau goes on from its saved state", "[schedule]") {
  const PlateauOptions options{
      .initial = 1.0, .factor = 0.7, .patience = 2, .threshold = 0.01, .cooldown = 2};
  const std::vector<double> given = metrics(100, 1.0);
  for (const std::size_t split : {0u, 1u, 11u, 50u, 99u}) {
    ReduceOnPlateau whole(options), first(options), second(options);
    for (const double metric : given) whole.update(metric);
    for (std::size_t k = 0; k < split; ++k) first.update(given[k]);
    const PlateauState saved = first.state();
    second.restore(saved);
    CHECK(second.rate() == first.rate());
    for (std::size_t k = split; k < given.size(); ++k) second.update(given[k]);
    CHECK(second.state() == whole.state());
  }
}

TEST_CASE("a plateau's rate serves as a schedule", "[schedule]") {
  ReduceOnPlateau plateau({.initial = 0.5, .factor = 0.5, .patience = 0});
  const eigentrain::Schedule rate = [&](std::int64_t) { return plateau.rate(); };
  CHECK(rate(0) == 0.5);
  plateau.update(1.0);
  plateau.update(1.0);
  CHECK(rate(1) == 0.25);
}

TEST_CASE("a plateau refuses bad options, metrics and states, and stays as it was", "[schedule]") {
  const PlateauOptions bad[] = {{.initial = -1.0},
                                {.initial = not_a_number},
                                {.factor = 0.0},
                                {.factor = 1.0},
                                {.factor = not_a_number},
                                {.patience = -1},
                                {.threshold = -1e-9},
                                {.threshold = not_a_number},
                                {.kind = static_cast<PlateauThreshold>(7)},
                                {.mode = static_cast<PlateauMode>(7)},
                                {.cooldown = -1},
                                {.lowest = -1.0},
                                {.lowest = infinity},
                                {.epsilon = not_a_number}};
  for (const PlateauOptions& options : bad) {
    CHECK_THROWS_AS(ReduceOnPlateau(options), std::invalid_argument);
  }
  CHECK_THROWS_WITH(ReduceOnPlateau({.factor = 1.5}),
                    "reduce_on_plateau: factor must be in (0, 1), got 1.5");
  ReduceOnPlateau plateau({.patience = 0});
  plateau.update(2.0);
  const PlateauState before = plateau.state();
  for (const double metric : {not_a_number, infinity, -infinity}) {
    CHECK_THROWS_AS(plateau.update(metric), std::invalid_argument);
    CHECK(plateau.state() == before);
  }
  const PlateauState bad_states[] = {
      {.rate = -1.0},    {.rate = not_a_number}, {.best = infinity}, {.metrics = -1},
      {.bad = -1},       {.cooldown = -1},       {.cuts = -1},       {.metrics = INT64_MAX},
      {.bad = INT64_MAX}};
  for (const PlateauState& state : bad_states) {
    CHECK_THROWS_AS(plateau.restore(state), std::invalid_argument);
    CHECK(plateau.state() == before);
  }
}

TEST_CASE("a plateau's state comes back") {
  ReduceOnPlateau plateau({.patience = 0, .cooldown = 3}), fresh({.patience = 0, .cooldown = 3});
  for (const double metric : {3.0, 2.0, 5.0, 5.0}) plateau.update(metric);
  CHECK(plateau.state().cuts == 1);
  CHECK(come_back(plateau, fresh) == 6);
  CHECK(fresh.state() == plateau.state());
}
