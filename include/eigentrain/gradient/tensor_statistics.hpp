// SPDX-License-Identifier: MIT
// What is measured of one tensor in one step.
#pragma once

#include <string_view>

#include "eigentrain/core/memory.hpp"

namespace eigentrain {

/// What a monitor measures of one tensor in one step, with n parameters w, gradients g as the step
/// received them, and the change Δw that the step made. A plain value; all numbers begin at 0,
/// which is also what a tensor without elements has.
///
///     for (Index i = 0; i < monitor.size(); ++i) log(monitor[i].name, monitor[i].gradient_norm);
///
/// Norms are over the elements as one vector (Frobenius for a matrix), not spectral. A gradient
/// with values that are not finite has norms and a mean that are not finite; the shares always are.
struct TensorStatistics {
  std::string_view name;          ///< as it was added; valid until the list of parameters changes
  Index size = 0;                 ///< n
  double gradient_norm = 0.0;     ///< ‖g‖₂ = √(Σ gᵢ²)
  double gradient_max = 0.0;      ///< ‖g‖_∞ = max |gᵢ|
  double gradient_mean = 0.0;     ///< Σ |gᵢ| / n
  double zero_share = 0.0;        ///< how many gᵢ are exactly 0, divided by n: in [0, 1]
  double non_finite_share = 0.0;  ///< how many gᵢ are ±∞ or NaN, divided by n: in [0, 1]
  double weight_norm = 0.0;       ///< ‖w‖₂ after the step
  double update_norm = 0.0;       ///< ‖Δw‖₂

  /// ‖Δw‖₂ / ‖w‖₂, the share of its weights by which a step moves a tensor: about 1e-3 in networks
  /// that train well. 0 if nothing moved, whatever the weights are; ∞ if weights of norm 0 did.
  double update_ratio() const { return update_norm == 0.0 ? 0.0 : update_norm / weight_norm; }
};

}  // namespace eigentrain
