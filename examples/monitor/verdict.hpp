// SPDX-License-Identifier: MIT
// What the statistics of a run mean, in plain words.
#pragma once

#include <cmath>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "eigentrain/gradient/diagnosis.hpp"
#include "eigentrain/gradient/suggest_threshold.hpp"
#include "eigentrain/io/sentence.hpp"
#include "monitor/recorder.hpp"
#include "plot/axis.hpp"

namespace monitor {

/// A sentence on a tensor, or on the whole.
struct Verdict {
  std::string text;
  bool warns = false;
};

/// The library's sentence without the name, and what helps in most cases.
inline Verdict in_words(const et::LayerDiagnosis& found) {
  const std::string words = et::sentence(found).substr(found.name.size() + 2);
  switch (found.state) {
    case et::LayerState::healthy:
      return {"healthy", false};
    case et::LayerState::exploding:
      return {words + " Try a smaller learning rate, clipping, or normalization.", true};
    case et::LayerState::vanishing:
      return {words + (found.name.ends_with("bias")
                           ? " In front of a batch normalization a bias has none by nature."
                           : " Try another initialization, normalization, or fewer layers."),
              true};
    case et::LayerState::dead:
      return {words + " Try a smaller learning rate, or another initialization.", true};
    case et::LayerState::stuck:
      return {words + " Try a larger learning rate.", true};
    case et::LayerState::too_fast:
      return {words + " Try a smaller learning rate, or a warm-up.", true};
  }
  return {words, true};
}

/// Of the recorder's tensors, in its order. Valid as long as the recorder is where it is.
inline et::Diagnosis diagnose(const Recorder& run) {
  std::vector<et::TensorStatistics> typical;
  for (const Tensor& tensor : run.tensors()) typical.push_back(tensor.typical);
  et::Diagnosis diagnosis;
  diagnosis.update(typical);
  return diagnosis;
}

/// All tensors in one line: "2 of 6 tensors need a look: 2 dead (fc1.weight, fc1.bias)".
inline Verdict overall(const et::Diagnosis& diagnosis) {
  using enum et::LayerState;
  static constexpr std::pair<et::LayerState, const char*> states[] = {{exploding, "exploding"},
                                                                      {vanishing, "vanishing"},
                                                                      {dead, "dead"},
                                                                      {stuck, "stuck"},
                                                                      {too_fast, "too fast"}};
  const std::string count = std::to_string(diagnosis.size());
  const et::Index warnings = diagnosis.size() - diagnosis.count(healthy);
  if (diagnosis.size() == 0) return {"nothing was measured", true};
  if (warnings == 0) return {"all " + count + " tensors are healthy", false};
  std::string text = std::to_string(warnings) + " of " + count + " tensors need a look:";
  const char* separator = " ";
  for (const auto& [state, name] : states) {
    std::string members;
    et::Index found = 0;
    for (et::Index i = 0; i < diagnosis.size(); ++i) {
      if (diagnosis[i].state != state || ++found > 3) continue;
      members += (found == 1 ? "" : ", ") + std::string(diagnosis[i].name);
    }
    if (found == 0) continue;
    text += separator + std::to_string(found) + " " + name + " (" + members +
            (found > 3 ? ", …)" : ")");
    separator = ", ";
  }
  return {text, true};
}

/// What --clip-norm the norms suggest.
inline std::string clipping(const et::SuggestedThreshold& suggested) {
  if (!std::isfinite(suggested.threshold)) return "none: the norms have no median";
  const std::string threshold = plot::readable(suggested.threshold);
  const std::string median = "the norms have a median of " + plot::readable(suggested.median);
  if (!suggested.stable) return threshold + ", perhaps: " + median + ", but aren't stable";
  char share[32];
  std::snprintf(share, sizeof(share), "%.2g%%", 100 * suggested.share_above);
  return threshold + ": " + median + " where they are stable, and " + share + " exceed it";
}

}  // namespace monitor
