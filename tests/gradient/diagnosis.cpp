// SPDX-License-Identifier: MIT
#include "eigentrain/gradient/diagnosis.hpp"

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "eigentrain/gradient/history.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"

namespace et = eigentrain;
using et::Evidence;
using et::LayerState;
using Layers = std::vector<et::TensorStatistics>;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// A tensor with the given RMS gradient, whose weights of RMS 0.1 move by a thousandth.
et::TensorStatistics layer(double rms, et::Index size = 100) {
  const double root = std::sqrt(static_cast<double>(size));
  return {.name = "w",
          .size = size,
          .gradient_norm = rms * root,
          .gradient_max = 3.0 * rms,
          .gradient_mean = 0.8 * rms,
          .weight_norm = 0.1 * root,
          .update_norm = 1e-4 * root};
}

std::vector<LayerState> states(const Layers& layers, const et::DiagnosisOptions& options = {}) {
  et::Diagnosis diagnosis(options);
  diagnosis.update(layers);
  std::vector<LayerState> result;
  for (et::Index i = 0; i < diagnosis.size(); ++i) result.push_back(diagnosis[i].state);
  return result;
}

/// What is found of a single tensor.
et::LayerDiagnosis alone(const et::TensorStatistics& tensor,
                         const et::DiagnosisOptions& options = {}) {
  et::Diagnosis diagnosis(options);
  diagnosis.update(Layers{tensor});
  return diagnosis[0];
}

/// As the library's monitor: indexed with a signed number, and returning values.
struct Listing {
  et::Index size() const { return 3; }
  et::TensorStatistics operator[](et::Index i) const {
    et::TensorStatistics tensor = layer(1.0);
    if (i == 1) tensor.zero_share = 1.0;
    return tensor;
  }
};

}  // namespace

TEST_CASE("layers with gradients and updates of usual size are healthy") {
  const Layers layers(5, layer(1e-3));
  et::Diagnosis diagnosis;
  CHECK(diagnosis.size() == 0);
  diagnosis.update(layers);
  CHECK(diagnosis.size() == 5);
  CHECK(diagnosis.count(LayerState::healthy) == 5);
  CHECK(diagnosis[4].name == "w");
  CHECK(diagnosis[4].evidence == Evidence::none);
  CHECK(diagnosis[4].value == 0.0);
  diagnosis.update(Listing{});
  CHECK(diagnosis.size() == 3);
  CHECK(diagnosis.count(LayerState::dead) == 1);
  CHECK(diagnosis[1].state == LayerState::dead);
}

TEST_CASE("a gradient that shrinks towards the input vanishes where it is small enough") {
  // 0.2 a layer: 1, 0.2, 0.04 … from the output.
  Layers layers;
  for (int i = 0; i < 8; ++i) layers.push_back(layer(std::pow(0.2, 7 - i)));
  et::Diagnosis diagnosis;
  diagnosis.update(layers);
  for (int i = 0; i < 8; ++i) {
    // Behind layer i: the root of the mean of 0.2^(2k), k < 7 − i.
    double square = 0.0;
    for (int k = 0; k < 7 - i; ++k) square += std::pow(0.04, k);
    const double ratio = std::pow(0.2, 7 - i) / std::sqrt(square / (7 - i));
    CAPTURE(i, ratio);
    const bool vanishes = i < 7 && ratio < 1e-3;
    CHECK(diagnosis[i].state == (vanishes ? LayerState::vanishing : LayerState::healthy));
    if (vanishes) {
      CHECK(diagnosis[i].evidence == Evidence::depth_ratio);
      CHECK(diagnosis[i].value == Approx(ratio).epsilon(1e-12));
      CHECK(diagnosis[i].threshold == 1e-3);
    }
  }
  CHECK(diagnosis.count(LayerState::vanishing) == 3);
  diagnosis.update(Layers(layers.rbegin(), layers.rend()));  // it has a direction
  CHECK(diagnosis.count(LayerState::vanishing) == 0);
  et::Diagnosis strict({.vanishing = 0.1});
  strict.update(layers);
  CHECK(strict.count(LayerState::vanishing) == 6);
}

TEST_CASE("layers of different sizes are compared by their root mean square") {
  // The same RMS, norms that differ by a factor of a thousand either way.
  CHECK(states({layer(1.0, 4), layer(1.0, 4'000'000)}) == std::vector(2, LayerState::healthy));
  CHECK(states({layer(1.0, 4'000'000), layer(1.0, 4)}) == std::vector(2, LayerState::healthy));
  // The layers behind are taken together: few values among many don't count for much.
  const auto found = states({layer(1e-3), layer(1e-3, 1'000'000), layer(10.0, 1)});
  CHECK(found[0] == LayerState::healthy);
  CHECK(found[1] == LayerState::vanishing);  // behind it is only the last one
}

TEST_CASE("a gradient that grows towards the input explodes") {
  Layers layers{layer(2000.0), layer(1.0), layer(1.0)};
  et::Diagnosis diagnosis;
  diagnosis.update(layers);
  CHECK(diagnosis[0].state == LayerState::exploding);
  CHECK(diagnosis[0].evidence == Evidence::depth_ratio);
  CHECK(diagnosis[0].value == Approx(2000.0));
  CHECK(diagnosis[0].threshold == 1e3);
  CHECK(diagnosis.count(LayerState::healthy) == 2);
  CHECK(states(layers, {.growing = 2001.0})[0] == LayerState::healthy);
  CHECK(states(layers, {.growing = infinity})[0] == LayerState::healthy);
}

TEST_CASE("a norm far above its usual one explodes") {
  Layers layers{layer(1.0), layer(1.0)};
  std::vector<et::History> histories(2, et::History(50));
  for (int i = 0; i < 16; ++i) {
    histories[0].push(1.0);  // the norm is 10
    histories[1].push(i == 3 ? std::nan("") : 0.99);
  }
  et::Diagnosis diagnosis;
  diagnosis.update(layers, histories);
  CHECK(diagnosis[0].state == LayerState::healthy);  // ten times, not more
  CHECK(diagnosis[1].state == LayerState::healthy);  // only 15 finite values
  histories[1].push(0.99);
  diagnosis.update(layers, histories);
  CHECK(diagnosis[0].state == LayerState::healthy);
  CHECK(diagnosis[1].state == LayerState::exploding);
  CHECK(diagnosis[1].evidence == Evidence::norm_growth);
  CHECK(diagnosis[1].value == Approx(10.0 / 0.99));
  CHECK(diagnosis[1].threshold == 10.0);
  diagnosis.update(layers);
  CHECK(diagnosis.count(LayerState::healthy) == 2);
  et::Diagnosis other({.exploding = 9.0, .least = 17});
  other.update(layers, histories);
  CHECK(other.count(LayerState::healthy) == 2);
  histories[0].push(1.0);
  other.update(layers, histories);
  CHECK(other[0].state == LayerState::exploding);
}

TEST_CASE("one value that isn't finite is an explosion, and spoils nothing else") {
  auto broken = layer(1.0);
  broken.non_finite_share = 0.01;
  broken.gradient_norm = broken.gradient_max = broken.gradient_mean = std::nan("");
  broken.zero_share = 0.95;
  et::Diagnosis diagnosis;
  diagnosis.update(Layers{layer(1e-5), layer(1.0), broken});
  CHECK(diagnosis[2].state == LayerState::exploding);
  CHECK(diagnosis[2].evidence == Evidence::non_finite_share);
  CHECK(diagnosis[2].value == 0.01);
  CHECK(diagnosis[2].threshold == 0.0);
  CHECK(diagnosis[1].state == LayerState::healthy);
  CHECK(diagnosis[0].state == LayerState::vanishing);
}

TEST_CASE("a tensor whose gradient is mostly zeros is dead") {
  auto tensor = layer(1.0);
  tensor.zero_share = 0.89;
  CHECK(alone(tensor).state == LayerState::healthy);
  tensor.zero_share = 0.9;
  CHECK(alone(tensor).state == LayerState::dead);
  CHECK(alone(tensor).evidence == Evidence::zero_share);
  CHECK(alone(tensor).value == 0.9);
  CHECK(alone(tensor, {.dead = 0.95}).state == LayerState::healthy);
  tensor = {.name = "off", .size = 10, .zero_share = 1.0};
  CHECK(alone(tensor).state == LayerState::dead);
  CHECK(alone(tensor, {.dead = infinity}).state == LayerState::healthy);
  // What lies before it isn't compared with it.
  CHECK(states({layer(1.0), tensor}) == std::vector{LayerState::healthy, LayerState::dead});
  CHECK(states({layer(1e-5), layer(1.0), tensor})[0] == LayerState::vanishing);
}

TEST_CASE("updates that are too large or too small for the weights are told") {
  auto tensor = layer(1.0, 4);
  tensor.weight_norm = 10.0;
  tensor.update_norm = 1.0;
  CHECK(alone(tensor).state == LayerState::healthy);
  tensor.update_norm = 1.01;
  CHECK(alone(tensor).state == LayerState::too_fast);
  CHECK(alone(tensor).evidence == Evidence::update_ratio);
  CHECK(alone(tensor).value == Approx(0.101));
  CHECK(alone(tensor).threshold == 0.1);
  CHECK(alone(tensor, {.fast = infinity}).state == LayerState::healthy);
  tensor.update_norm = std::nan("");
  CHECK(alone(tensor).state == LayerState::too_fast);

  tensor.update_norm = 1.01e-4;
  CHECK(alone(tensor).state == LayerState::healthy);
  tensor.update_norm = 0.99e-4;
  CHECK(alone(tensor).state == LayerState::stuck);
  CHECK(alone(tensor).value == Approx(0.99e-5));
  CHECK(alone(tensor).threshold == 1e-5);
  tensor.update_norm = 0.0;
  CHECK(alone(tensor).state == LayerState::stuck);
  CHECK(alone(tensor, {.slow = 0.0}).state == LayerState::healthy);
}

TEST_CASE("biases that begin at zero are not too fast, and what isn't measured isn't judged") {
  auto bias = layer(1.0, 4);
  bias.weight_norm = bias.update_norm = 2e-3;  // a first step of Adam's: all of it is update
  CHECK(bias.update_ratio() == 1.0);
  CHECK(alone(bias).state == LayerState::healthy);
  CHECK(alone(bias, {.least_weight = 0.0}).state == LayerState::too_fast);
  bias.update_norm = 5e-3;  // 0.02·√4 · 0.1 is 4e-3
  CHECK(alone(bias).state == LayerState::too_fast);
  CHECK(alone(bias).value == Approx(0.125));
  bias.weight_norm = bias.update_norm = 0.0;
  CHECK(alone(bias).state == LayerState::healthy);
}

TEST_CASE("norms at the ends of the range and empty tensors") {
  et::TensorStatistics empty{.name = "empty"};
  CHECK(alone(empty).state == LayerState::healthy);
  CHECK(states({layer(1.0), empty, layer(1.0)}) == std::vector(3, LayerState::healthy));
  et::Diagnosis diagnosis;
  diagnosis.update(Layers{});
  CHECK(diagnosis.size() == 0);
  CHECK(states({layer(1.0), layer(1.0), layer(1e200)})[0] == LayerState::healthy);
  CHECK(states({layer(1e200), layer(1.0)})[0] == LayerState::exploding);
  auto overflown = layer(1.0);
  overflown.gradient_norm = infinity;  // though each value is finite
  CHECK(states({overflown, layer(1.0)})[0] == LayerState::exploding);
}

TEST_CASE("judging again allocates nothing") {
  Layers layers(20, layer(1.0));
  std::vector<et::History> histories(20, et::History(4));
  et::Diagnosis diagnosis;
  diagnosis.update(layers);
  CHECK(et::test::allocations_in([&] {
          diagnosis.update(layers);
          diagnosis.update(layers, histories);
        }) == 0);
  CHECK(diagnosis.size() == 20);
}

TEST_CASE("thresholds out of range and lists that don't fit are refused") {
  using Options = et::DiagnosisOptions;
  const auto make = [](const Options& options) { return et::Diagnosis(options); };
  for (const double bad : {0.0, -1.0, std::nan("")}) {
    CHECK_THROWS_WITH(make({.exploding = bad}), StartsWith("Diagnosis: exploding must be in (0"));
    CHECK_THROWS_WITH(make({.growing = bad}), StartsWith("Diagnosis: growing must be in (0"));
    CHECK_THROWS_WITH(make({.dead = bad}), StartsWith("Diagnosis: dead must be in (0"));
    CHECK_THROWS_WITH(make({.fast = bad}), StartsWith("Diagnosis: fast must be in (0"));
  }
  for (const double bad : {-1e-9, infinity, std::nan("")}) {
    CHECK_THROWS_WITH(make({.vanishing = bad}), StartsWith("Diagnosis: vanishing must be in [0"));
    CHECK_THROWS_WITH(make({.slow = bad}), StartsWith("Diagnosis: slow must be in [0"));
    CHECK_THROWS_WITH(make({.least_weight = bad}),
                      StartsWith("Diagnosis: least_weight must be in [0"));
  }
  CHECK_THROWS_WITH(make({.least = 0}), "Diagnosis: least must be at least 1, got 0");
  et::Diagnosis diagnosis;
  diagnosis.update(Layers(2, layer(1.0)));
  CHECK_THROWS_WITH(diagnosis.update(Layers(3, layer(1.0)), std::vector(4, et::History(1))),
                    "Diagnosis: there are 3 tensors but 4 histories");
  CHECK(diagnosis.size() == 2);
  CHECK_THROWS_WITH(diagnosis[2], "Diagnosis: there is no tensor 2 among 2");
  CHECK_THROWS_AS(diagnosis[-1], std::invalid_argument);
}
