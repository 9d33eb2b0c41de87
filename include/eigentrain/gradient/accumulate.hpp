// SPDX-License-Identifier: MIT
// One step for the gradients of several micro-batches.
#pragma once

#include "eigentrain/core/chain.hpp"

namespace eigentrain {

/// The transform made by accumulate().
class Accumulate {
 public:
  static constexpr std::string_view state_name = "accumulate";
  static constexpr std::string_view slot_names[] = {"sum"};
  static constexpr int slots = 1;

  /// How far it is.
  struct Measurement {
    std::int64_t gathered = 0;  ///< micro-batches that wait for the next step

    template <class Visitor, class List>
    void visit_state(Visitor& visit, const List&) {
      visit("gathered", gathered);
      require_count(gathered, "accumulate", "gathered");
    }
  };

  explicit Accumulate(std::int64_t batches) : batches_(batches) {
    require_at_least(1, batches, "accumulate", "batches");
  }

  /// The micro-batches of one step.
  std::int64_t batches() const { return batches_; }

  template <class Visitor>
  void visit_state(Visitor& visit) {
    std::int64_t batches = batches_;
    visit("batches", batches);
    require(batches == batches_, "accumulate: it was over ", batches, " batches, and is over ",
            batches_, " now");
  }

  template <class Stream>
  void measure(const Stream&, Measurement& measured) const {
    measured.gathered = (measured.gathered + 1) % batches_;
  }

  Verdict verdict(const Measurement& measured) const {
    return measured.gathered == 0 ? Verdict::proceed : Verdict::gather;
  }

  /// The rule of a step that only gathers.
  template <class S>
  auto gather(const Measurement&) const {
    return [](const auto& u, const auto&, auto& sum) {
      sum = sum + u;
      return u;
    };
  }

  template <class S>
  auto at(const Step&, const Measurement&) const {
    return [count = S(batches_)](const auto& u, const auto&, auto& sum) {
      const auto mean = (sum + u) / count;
      sum = std::remove_cvref_t<decltype(sum)>(S(0));
      return mean;
    };
  }

 private:
  std::int64_t batches_;
};

/// Gathers the gradients of K micro-batches and lets the rest of the chain see their mean:
///
///     ḡ = (g₁ + … + g_K) / K
///
/// What stands before it runs for every micro-batch, what stands behind it once in K: state,
/// parameters and the step count, which schedules follow, change in every K-th call only. K batches
/// of equal size give the step of one large batch, up to the rounding of the sum.
///
///     auto optimizer = et::chain<float>(et::accumulate(4), et::clip_by_global_norm(1.0),
///                                       et::adamw({}));
///     for (...) {
///       backward(...);                       // the mean over one micro-batch
///       optimizer.step(parameters);          // true in every fourth call: a step was made
///     }
///
/// With clip_by_global_norm() BEFORE it and one example a batch, every example's gradient is
/// clipped alone and then averaged. Takes one state value a parameter. `batches` ≥ 1, else
/// std::invalid_argument. As optax.MultiSteps; in PyTorch one sums in .grad and divides the loss by
/// K.
inline Accumulate accumulate(std::int64_t batches) {
  return Accumulate(batches);
}

}  // namespace eigentrain
