// SPDX-License-Identifier: MIT
// A rate that falls when a metric no longer gets better.
#pragma once

#include <cmath>
#include <cstdint>

#include "eigentrain/core/check.hpp"
#include "eigentrain/core/packet.hpp"

namespace eigentrain {

/// Which metrics are better: smaller ones (a loss) or larger ones (an accuracy).
enum class PlateauMode { min, max };

/// How the threshold of an improvement is meant.
enum class PlateauThreshold { relative, absolute };

/// The options of ReduceOnPlateau.
struct PlateauOptions {
  double initial = 1e-3;       ///< the rate at first, in [0, ∞)
  double factor = 0.1;         ///< γ in (0, 1)
  std::int64_t patience = 10;  ///< p ≥ 0: how many metrics without improvement are borne
  double threshold = 1e-4;     ///< θ in [0, ∞)
  PlateauThreshold kind = PlateauThreshold::relative;  ///< how much better is better
  PlateauMode mode = PlateauMode::min;                 ///< whether small metrics are good
  std::int64_t cooldown = 0;  ///< c ≥ 0: how many metrics after a cut don't count as bad
  double lowest = 0.0;        ///< the floor of the rate, in [0, ∞)
  double epsilon = 1e-8;      ///< a cut by no more than this isn't made; in [0, ∞)
};

/// All that a ReduceOnPlateau remembers, to be copied and saved.
struct PlateauState {
  double rate = 0.0;          ///< η, the learning rate
  double best = 0.0;          ///< the best metric so far; means nothing while metrics is 0
  std::int64_t metrics = 0;   ///< how many there were
  std::int64_t bad = 0;       ///< how many in a row were no improvement
  std::int64_t cooldown = 0;  ///< how many more don't count
  std::int64_t cuts = 0;      ///< how often the rate has fallen

  /// Whether all values are equal.
  bool operator==(const PlateauState&) const = default;
};

/// Multiplies the rate by a factor when a metric, given once an epoch or so, hasn't become better
/// for more than p times:
///
///     better:   m < best − θ·|best|   min, relative      m > best + θ·|best|   max, relative
///               m < best − θ          min, absolute      m > best + θ          max, absolute
///     η ← max(γ·η, lowest)   when the (p + 1)-th metric in a row is not better
///
/// After a cut, c metrics don't count as bad. The first metric is always the best. This one is no
/// function of the step: it has a state, a copyable aggregate.
///
///     et::ReduceOnPlateau plateau({.initial = 0.1, .patience = 3});
///     et::Sgd<float> optimizer({.learning_rate = [&](std::int64_t) { return plateau.rate(); }});
///     for (...) { train_epoch(); plateau.update(validation_loss()); }
///     const et::PlateauState saved = plateau.state();   // and later: plateau.restore(saved);
///
/// A schedule in the place of the number: `[&](std::int64_t t) { return plateau.rate() * decay(t);
/// }` with .initial = 1.
///
/// As torch.optim.lr_scheduler.ReduceLROnPlateau, except for negative metrics, where PyTorch's and
/// Optax's relative threshold lies on the wrong side: at a metric that stays at −1 they see nothing
/// but improvements (min) and never cut. A metric that isn't finite throws here. Keras' patience is
/// one more for the same cut, and its min_delta is an absolute threshold.
class ReduceOnPlateau {
 public:
  /// Throws std::invalid_argument if an option is out of its range.
  EIGENTRAIN_NOINLINE explicit ReduceOnPlateau(const PlateauOptions& options) : options_(options) {
    require_in(ranges::not_negative, options.initial, "reduce_on_plateau", "initial");
    require_in({0.0, 1.0, true, true}, options.factor, "reduce_on_plateau", "factor");
    require_at_least(0, options.patience, "reduce_on_plateau", "patience");
    require_in(ranges::not_negative, options.threshold, "reduce_on_plateau", "threshold");
    require(
        options.kind == PlateauThreshold::relative || options.kind == PlateauThreshold::absolute,
        "reduce_on_plateau: kind must be one of PlateauThreshold's names");
    require(options.mode == PlateauMode::min || options.mode == PlateauMode::max,
            "reduce_on_plateau: mode must be one of PlateauMode's names");
    require_at_least(0, options.cooldown, "reduce_on_plateau", "cooldown");
    require_in(ranges::not_negative, options.lowest, "reduce_on_plateau", "lowest");
    require_in(ranges::not_negative, options.epsilon, "reduce_on_plateau", "epsilon");
    state_.rate = options.initial;
  }

  /// The rate that holds now.
  double rate() const { return state_.rate; }
  const PlateauOptions& options() const { return options_; }
  /// All that it remembers, for checkpoints.
  const PlateauState& state() const { return state_; }

  /// Takes the next metric; true if the rate has fallen. Throws std::invalid_argument, with nothing
  /// changed, if the metric is not finite.
  EIGENTRAIN_NOINLINE bool update(double metric) {
    require_in(ranges::finite, metric, "reduce_on_plateau", "metric");
    const bool better = state_.metrics == 0 || is_better(metric);
    ++state_.metrics;
    if (better) state_.best = metric;
    state_.bad = better ? 0 : state_.bad + 1;
    if (state_.cooldown > 0) {
      --state_.cooldown;
      state_.bad = 0;
    }
    if (state_.bad <= options_.patience) return false;
    state_.bad = 0;
    state_.cooldown = options_.cooldown;
    const double cut = (Exact(state_.rate) * Exact(options_.factor))[0];
    const double next = cut > options_.lowest ? cut : options_.lowest;
    if (!((Exact(state_.rate) - Exact(next))[0] > options_.epsilon)) return false;
    state_.rate = next;
    ++state_.cuts;
    return true;
  }

  /// For checkpoints; see StateVisitor.
  template <class Visitor>
  void visit_state(Visitor& visit) {
    PlateauState state = state_;
    visit("rate", state.rate);
    visit("best", state.best);
    visit("metrics", state.metrics);
    visit("bad", state.bad);
    visit("cooldown", state.cooldown);
    visit("cuts", state.cuts);
    restore(state);
  }

  /// Goes on from a state that was saved. Throws std::invalid_argument, with nothing changed, if it
  /// can't be one.
  EIGENTRAIN_NOINLINE void restore(const PlateauState& state) {
    require_in(ranges::not_negative, state.rate, "reduce_on_plateau", "the state's rate");
    require_in(ranges::finite, state.best, "reduce_on_plateau", "the state's best");
    require_count(state.metrics, "reduce_on_plateau", "the state's metrics");
    require_count(state.bad, "reduce_on_plateau", "the state's bad");
    require_count(state.cooldown, "reduce_on_plateau", "the state's cooldown");
    require_count(state.cuts, "reduce_on_plateau", "the state's cuts");
    state_ = state;
  }

 private:
  bool is_better(double metric) const {
    const Exact margin = options_.kind == PlateauThreshold::absolute
                             ? Exact(options_.threshold)
                             : Exact(options_.threshold) * Exact(std::fabs(state_.best));
    return options_.mode == PlateauMode::min
        ? metric<(Exact(state_.best) - margin)[0] : metric>(Exact(state_.best) + margin)[0];
  }

  PlateauOptions options_;
  PlateauState state_;
};

}  // namespace eigentrain
