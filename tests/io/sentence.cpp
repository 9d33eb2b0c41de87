// SPDX-License-Identifier: MIT
#include "eigentrain/io/sentence.hpp"

#include <cmath>
#include <vector>

#include "support/catch.hpp"

namespace et = eigentrain;
using et::Evidence;
using et::LayerState;

TEST_CASE("each finding has a sentence with its name, its number and its threshold") {
  const auto words = [](LayerState state, Evidence evidence, double value, double threshold) {
    return et::sentence({"conv1.weight", state, evidence, value, threshold});
  };
  CHECK(words(LayerState::healthy, Evidence::none, 0, 0) == "conv1.weight: healthy.");
  CHECK(words(LayerState::exploding, Evidence::non_finite_share, 0.25, 0) ==
        "conv1.weight: exploding; a share of 0.25 of its gradient is infinite or not a number.");
  CHECK(words(LayerState::dead, Evidence::zero_share, 0.98765, 0.9) ==
        "conv1.weight: dead; a share of 0.988 of its gradient is exactly 0, at least 0.9.");
  CHECK(words(LayerState::exploding, Evidence::norm_growth, 31.25, 10) ==
        "conv1.weight: exploding; the norm of its gradient is 31.2 times its usual one, more than "
        "10.");
  CHECK(words(LayerState::vanishing, Evidence::depth_ratio, 3.21e-5, 1e-3) ==
        "conv1.weight: vanishing; the RMS of its gradient is 3.21e-05 times that of all layers "
        "behind it, less than 0.001.");
  CHECK(words(LayerState::exploding, Evidence::depth_ratio, 5e4, 1e3) ==
        "conv1.weight: exploding; the RMS of its gradient is 5e+04 times that of all layers behind "
        "it, more than 1e+03.");
  CHECK(words(LayerState::stuck, Evidence::update_ratio, 1e-7, 1e-5) ==
        "conv1.weight: stuck; a step changes its weights by 1e-07 of their norm, less than 1e-05.");
  CHECK(words(LayerState::too_fast, Evidence::update_ratio, 0.5, 0.1) ==
        "conv1.weight: too fast; a step changes its weights by 0.5 of their norm, more than 0.1.");
}

TEST_CASE("the sentence is that of the diagnosis") {
  std::vector<et::TensorStatistics> layers(2);
  layers[0] = {.name = "a", .size = 4, .gradient_norm = 1e-6};
  layers[1] = {.name = "b", .size = 4, .gradient_norm = 1.0, .zero_share = 0.5};
  et::Diagnosis diagnosis;
  diagnosis.update(layers);
  CHECK(et::sentence(diagnosis[0]) ==
        "a: vanishing; the RMS of its gradient is 1e-06 times that of all layers behind it, less "
        "than 0.001.");
  CHECK(et::sentence(diagnosis[1]) == "b: healthy.");
}
