// SPDX-License-Identifier: MIT
// The diagnosis of a layer in words.
#pragma once

#include "eigentrain/gradient/diagnosis.hpp"

namespace eigentrain {

/// One plain sentence without a line's end, for people, numbers rounded to three digits:
///
///     std::cout << et::sentence(diagnosis[i]) << '\n';
///     // hidden1.weight: vanishing; the RMS of its gradient is 3.2e-05 times that of all layers
///     // behind it, less than 0.001.
///
/// The words may change from version to version; programs should read LayerDiagnosis.
EIGENTRAIN_COLD inline std::string sentence(const LayerDiagnosis& diagnosis) {
  const auto rounded = [](char(&text)[32], double value) -> std::string_view {
    std::snprintf(text, sizeof(text), "%.3g", value);
    return text;
  };
  char value_text[32], threshold_text[32];
  const std::string_view value = rounded(value_text, diagnosis.value);
  const std::string_view threshold = rounded(threshold_text, diagnosis.threshold);
  const std::string_view name = diagnosis.name;
  const bool below = diagnosis.value < diagnosis.threshold;
  switch (diagnosis.evidence) {
    case Evidence::none:
      break;
    case Evidence::non_finite_share:
      return message(name, ": exploding; a share of ", value,
                     " of its gradient is infinite or not a number.");
    case Evidence::zero_share:
      return message(name, ": dead; a share of ", value, " of its gradient is exactly 0, at least ",
                     threshold, ".");
    case Evidence::norm_growth:
      return message(name, ": exploding; the norm of its gradient is ", value,
                     " times its usual one, more than ", threshold, ".");
    case Evidence::depth_ratio:
      return message(name, below ? ": vanishing" : ": exploding", "; the RMS of its gradient is ",
                     value, " times that of all layers behind it, ",
                     below ? "less than " : "more than ", threshold, ".");
    case Evidence::update_ratio:
      return message(name, below ? ": stuck" : ": too fast", "; a step changes its weights by ",
                     value, " of their norm, ", below ? "less than " : "more than ", threshold,
                     ".");
  }
  return message(name, ": healthy.");
}

}  // namespace eigentrain
