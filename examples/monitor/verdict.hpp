// SPDX-License-Identifier: MIT
// What the statistics of a run mean, in plain words.
#pragma once

#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include "eigentrain/gradient/diagnosis.hpp"
#include "eigentrain/gradient/suggest_threshold.hpp"
#include "monitor/recorder.hpp"
#include "plot/axis.hpp"

namespace monitor {

/// A sentence on a tensor, or on the whole.
struct Verdict {
  std::string text;
  bool warns = false;
};

namespace detail {

inline std::string percent(double share) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.3g%%", 100 * share);
  return text;
}

}  // namespace detail

inline Verdict in_words(const et::LayerDiagnosis& found) {
  using enum et::LayerState;
  using plot::readable;
  const std::string value = readable(found.value), threshold = readable(found.threshold);
  switch (found.evidence) {
    case et::Evidence::none:
      return {"healthy", false};
    case et::Evidence::non_finite_share:
      return {"exploding: " + detail::percent(found.value) +
                  " of the gradient is infinite or NaN; lower the learning rate, or clip",
              true};
    case et::Evidence::zero_share:
      return {"dead: " + detail::percent(found.value) +
                  " of the gradient is exactly 0; units that never answer learn nothing: lower the "
                  "learning rate, or begin with other weights",
              true};
    case et::Evidence::norm_growth:
      return {"exploding: its norm is " + value + " times the usual one (limit " + threshold +
                  "); lower the learning rate, or clip",
              true};
    case et::Evidence::depth_ratio:
      if (found.state == exploding) {
        return {"exploding: its gradients are " + value +
                    " times as large as those of the layers behind it (limit " + threshold +
                    "); begin with smaller weights, normalize, or clip",
                true};
      }
      return {"vanishing: its gradients are only " + value +
                  " of those of the layers behind it (limit " + threshold +
                  "); begin with larger weights, normalize, or take fewer layers",
              true};
    case et::Evidence::update_ratio:
      if (found.state == stuck) {
        return {"stuck: a step moves it by only " + value + " of its size (limit " + threshold +
                    "); raise the learning rate",
                true};
      }
      return {"too fast: a step moves it by " + value + " of its size (limit " + threshold +
                  "); lower the learning rate",
              true};
  }
  return {"", false};
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

/// The same in one line: "all 6 tensors are healthy", or the first that is not.
inline Verdict overall(const Recorder& run) {
  const std::vector<Verdict> all = verdicts(run);
  const std::string count = std::to_string(all.size());
  std::size_t warnings = 0, first = all.size();
  for (std::size_t i = all.size(); i-- > 0;) {
    if (!all[i].warns) continue;
    ++warnings;
    first = i;
  }
  if (all.empty()) return {"nothing was measured", true};
  if (warnings == 0) return {"all " + count + " tensors are healthy", false};
  return {std::to_string(warnings) + " of " + count + " tensors need a look; " +
              run.tensors()[first].name + " is " + all[first].text,
          true};
}

/// A threshold for --clip-norm from the last norms.
inline Verdict clipping(const et::SuggestedThreshold& suggested) {
  const std::string norms = "the norms have a median of " + plot::readable(suggested.median);
  if (!std::isfinite(suggested.threshold)) return {"no clipping threshold to suggest", true};
  const std::string threshold = plot::readable(suggested.threshold);
  if (!suggested.stable) {
    return {"clip at " + threshold + " perhaps: " + norms + ", but are not stable yet", true};
  }
  return {"clip at " + threshold + ": " + norms + " in the stable phase, and " +
              detail::percent(suggested.share_above) + " of its steps would be clipped",
          false};
}

}  // namespace monitor
