// SPDX-License-Identifier: MIT
#include "techniques/experiments.hpp"

#include <iterator>
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
                           data.test, seed, [&] {
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

TEST_CASE("a momentum of its own and a plateau of the validation loss change the run") {
  const techniques::Run run = train({.name = "", .rate = 0.01});
  CHECK(train({.name = "", .rate = 0.01, .momentum = 0.9}).epochs[2].test.loss ==
        run.epochs[2].test.loss);
  const eigentrain::Schedule late = [](std::int64_t step) { return step < 20 ? 0.9 : 0.5; };
  CHECK(train({.name = "", .rate = 0.01, .momentum = late}).epochs[2].test.loss !=
        run.epochs[2].test.loss);
  // Nothing gets better with such a rate: the first epoch is the best, one more is borne.
  const mlp::TrainAndTest data = spirals();
  const techniques::Run still = techniques::train({.name = "", .rate = 1e-9, .plateau = true},
                                                  {.hidden = {4}, .batch_size = 20, .epochs = 5},
                                                  data, data.train, data.test, 1, [] {});
  const double factors[] = {1.0, 1.0, 1.0, 0.3, 0.3};
  for (std::size_t e = 0; e < 5; ++e) CHECK(still.epochs[e].rate == Approx(1e-9 * factors[e]));
}

TEST_CASE("where only the end counts, only that is measured") {
  const mlp::TrainAndTest data = spirals();
  const techniques::Network network{
      .hidden = {16}, .batch_size = 20, .epochs = 3, .every_epoch = false};
  int reports = 0;
  const techniques::Run last = techniques::train({.name = "", .rate = 0.1}, network, data,
                                                 data.train, data.test, 1, [&] { ++reports; });
  REQUIRE(last.epochs.size() == 1);
  CHECK(reports == 3);
  CHECK(last.epochs[0].test.loss == train({.name = "", .rate = 0.1}).epochs[2].test.loss);
}

TEST_CASE("the experiments compare what they say") {
  for (const techniques::Experiment& experiment : techniques::experiments()) {
    std::set<std::string> names;
    for (const Way& way : experiment.ways) names.insert(way.name);
    const std::size_t rates =
        experiment.name == "schedules" ? std::size(techniques::schedule_rates) : 1;
    CHECK(rates * names.size() == experiment.ways.size());
  }
  const std::int64_t steps = 4000;
  std::size_t found = 0;
  for (const Way& way : techniques::schedule_ways(0.1, steps)) {
    double highest = 0;
    for (std::int64_t step = 0; step < steps; ++step) highest = std::max(highest, way.rate(step));
    CAPTURE(way.name);
    CHECK(highest == Approx(0.1).epsilon(1e-3));  // a peak may lie between two steps
    found += schedules::named().count(way.name);
    CHECK(way.plateau == (way.name == "plateau"));
  }
  CHECK(found == schedules::named().size());
}
