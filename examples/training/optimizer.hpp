// SPDX-License-Identifier: MIT
// The trainer's optimizer: any of the library's by its name, with clipping in front of it.
#pragma once

#include <eigentrain/gradient/monitor.hpp>
#include <eigentrain/optim/any.hpp>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace training {

namespace et = eigentrain;

struct OptimizerChoice {
  std::string name = "adamw";          ///< of optimizer_names()
  std::optional<double> weight_decay;  ///< the optimizer's own if not given
  std::optional<double> momentum;
  std::optional<et::Schedule> cycled_momentum = {};  ///< by the step; of sgd, adam or adamw
  std::vector<std::string> options;                  ///< further ones, as "beta2=0.98"
  double clip_norm = std::numeric_limits<double>::infinity();
  double clip_value = std::numeric_limits<double>::infinity();
  bool watched = false;  ///< steps will be given a monitor
};

/// All names, with ", " between, in lines of at most so many characters.
std::string optimizer_names(std::size_t width);

/// The rate that an optimizer has if nobody names another: the library's default for it, but for
/// sgd and rms_prop, where that is for other models than a small network.
double default_rate(const std::string& name);

/// Makes steps, and says what the gradient's norm was before clipping.
class Optimizer {
 public:
  using Statistics = et::Monitor<float>;

  /// Throws std::invalid_argument for a name or an option that there isn't, or that is out of
  /// range, and for a watched optimizer that would see clipped gradients.
  Optimizer(const OptimizerChoice& choice, const et::Schedule& rate);

  /// A step, watched if there are statistics; returns the norm of the gradient before clipping.
  /// Throws std::invalid_argument if a gradient isn't finite.
  double step(et::Parameters<float>& parameters, Statistics* statistics);

  /// Before and after the parameters are used for something else than training: schedule-free
  /// optimizers are at another point then.
  void begin_evaluation(et::Parameters<float>& parameters);
  void end_evaluation(et::Parameters<float>& parameters);

  /// For checkpoints.
  void visit_state(et::StateVisitor& visit, const et::Parameters<float>& parameters) {
    held_.optimizer.visit_state(visit, parameters);
  }

  /// One that clips by itself, in the pass of the step.
  struct Clipped {
    et::AnyOptimizer<float> optimizer;
    /// The norm that the last step met; null if it doesn't clip by itself after all.
    double (*norm)(et::AnyOptimizer<float>&) = nullptr;
  };

 private:
  Clipped held_;
  double clip_norm_, clip_value_;
};

}  // namespace training
