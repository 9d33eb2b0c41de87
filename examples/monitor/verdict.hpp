// SPDX-License-Identifier: MIT
// What the statistics of a run mean, in plain words.
#pragma once

#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include "eigentrain/gradient/diagnosis.hpp"
#include "eigentrain/gradient/sentence.hpp"
#include "eigentrain/gradient/suggest_threshold.hpp"
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
      return {words + " Try another initialization, normalization, or fewer layers.", true};
    case et::LayerState::dead:
      return {words + " Try a smaller learning rate, or another initialization.", true};
    case et::LayerState::stuck:
      return {words + " Try a larger learning rate.", true};
    case et::LayerState::too_fast:
      return {words + " Try a smaller learning rate, or a warm-up.", true};
  }
  return {words, true};
}

/// One for each tensor of the recorder.
inline std::vector<Verdict> verdicts(const Recorder& run) {
  std::vector<et::TensorStatistics> typical;
  for (const Tensor& tensor : run.tensors()) typical.push_back(tensor.typical);
  et::Diagnosis diagnosis;
  diagnosis.update(typical);
  std::vector<Verdict> result;
  for (et::Index i = 0; i < diagnosis.size(); ++i) result.push_back(in_words(diagnosis[i]));
  return result;
}

/// The same in one line.
inline Verdict overall(const Recorder& run, const std::vector<Verdict>& all) {
  std::string names;
  std::size_t warnings = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (!all[i].warns) continue;
    ++warnings;
    if (warnings <= 3) names += (names.empty() ? "" : ", ") + run.tensors()[i].name;
  }
  const std::string count = std::to_string(all.size());
  if (all.empty()) return {"nothing was measured", true};
  if (warnings == 0) return {"all " + count + " tensors are healthy", false};
  return {std::to_string(warnings) + " of " + count + " tensors need a look: " + names +
              (warnings > 3 ? ", …" : ""),
          true};
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
