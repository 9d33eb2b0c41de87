// SPDX-License-Identifier: MIT
#include "techniques/experiments.hpp"

#include <set>

#include "support/catch.hpp"

using techniques::Way;

namespace {

mlp::TrainAndTest spirals() {
  eigentrain::Generator random(1);
  mlp::TrainAndTest data{mlp::make_spirals(201, 3, random), mlp::make_spirals(90, 3, random)};
  return data;
}

techniques::Run train(const Way& way, std::uint64_t seed = 1, int* reports = nullptr) {
  const mlp::TrainAndTest data = spirals();
  return techniques::train(way, {.hidden = {16}, .batch_size = 20, .epochs = 3}, data, data.train,
                           seed, [&] {
                             if (reports != nullptr) ++*reports;
                           });
}

}  // namespace

TEST_CASE("a run is measured after every epoch and can be repeated") {
  int reports = 0;
  const techniques::Run run = train({.name = "", .rate = 0.1}, 1, &reports);
  REQUIRE(run.epochs.size() == 3);
  CHECK(reports == 3);
  CHECK_FALSE(run.diverged);
  for (const techniques::Epoch& epoch : run.epochs) {
    CHECK(epoch.train.samples == 201);
    CHECK(epoch.test.samples == 90);
    CHECK(epoch.rate == 0.1);
  }
  CHECK(run.epochs[2].train.loss < run.epochs[0].train.loss);
  CHECK(train({.name = "", .rate = 0.1}).epochs[2].test.loss == run.epochs[2].test.loss);
  CHECK(train({.name = "", .rate = 0.1}, 2).epochs[2].test.loss != run.epochs[2].test.loss);
}

TEST_CASE("every technique changes the run, and a rate of infinity ends it") {
  // The last of 201 samples is a batch of its own, which batch norm can't take.
  std::set<double> losses;
  for (const Way& way : {Way{.name = "", .rate = 0.1},
                         {.name = "", .rate = 0.1, .dropout = 0.5},
                         {.name = "", .rate = 0.1, .decay = 0.01},
                         {.name = "", .rate = 0.1, .batch_norm = true}}) {
    losses.insert(train(way).epochs.back().test.loss);
  }
  CHECK(losses.size() == 4);
  const techniques::Run run = train({.name = "", .rate = 1e30});
  CHECK(run.diverged);
  CHECK(run.epochs.size() < 3);
}

TEST_CASE("the experiments compare what they say") {
  for (const techniques::Experiment& experiment : techniques::experiments()) {
    std::set<std::string> names;
    for (const Way& way : experiment.ways) names.insert(way.name);
    CHECK(names.size() == experiment.ways.size());
  }
  const std::int64_t steps = 4000;
  for (const techniques::NamedSchedule& schedule : techniques::schedules()) {
    const eigentrain::Schedule rate = schedule.make(0.1, steps);
    double highest = 0;
    for (std::int64_t step = 0; step < steps; ++step) highest = std::max(highest, rate(step));
    CAPTURE(schedule.name);
    CHECK(highest == Approx(0.1));
  }
}
