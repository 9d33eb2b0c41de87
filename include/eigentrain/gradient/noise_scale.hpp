// SPDX-License-Identifier: MIT
// How many samples a batch needs before its gradient is more signal than noise.
#pragma once

#include <cstdint>

#include "eigentrain/core/check.hpp"
#include "eigentrain/core/packet.hpp"

namespace eigentrain {

/// The options of GradientNoiseScale.
struct GradientNoiseScaleOptions {
  std::int64_t small_batch = 0;  ///< b, samples behind the first norm; must be given, ≥ 1
  std::int64_t big_batch = 0;    ///< B, samples behind the second norm; must be given, > b
  double decay = 0.99;           ///< d in [0, 1), of the moving averages; 0: only the last pair
};

/// Estimates the gradient noise scale tr(Σ)/‖G‖², where G is the gradient over all data and Σ the
/// covariance of a single sample's gradient. It is a batch size: well below it a larger batch pays
/// nearly in full, well above it hardly at all.
///
/// What it needs is the L2 norm of the gradient (the mean over the batch, before clipping and
/// weight decay) on batches of two sizes b < B at the same parameters. Since E‖g_B‖² = ‖G‖² +
/// tr(Σ)/B,
///
///     ‖G‖² ≈ (B·‖g_B‖² − b·‖g_b‖²) / (B − b)
///     tr(Σ) ≈ (‖g_b‖² − ‖g_B‖²) / (1/b − 1/B)
///
/// without bias, but with much noise. So both are averaged over the steps, and the scale is the
/// ratio of the averages (the average of ratios would be biased):
///
///     m_t = d·m_{t−1} + (1 − d)·x_t,   average = m_t / (1 − dᵗ)
///
/// With gradients that are accumulated over K micro-batches of b samples the pair costs nothing:
/// g_B is their mean, B = K·b, and ‖g_b‖² is best averaged over the K:
///
///     et::GradientNoiseScale noise({.small_batch = 32, .big_batch = 8 * 32});
///     // in each step: squares = 0; after each micro-batch: squares += norm * norm;
///     noise.add(std::sqrt(squares / 8), norm_of_the_mean);
///     if (noise.known()) batch = noise.scale();
///
/// Otherwise measure one half of a batch by itself now and then. Norms are taken in [0, 1e150].
/// Throws std::invalid_argument for options and norms out of range; nothing has changed then. The
/// same bits on every machine.
///
/// McCandlish, Kaplan, Amodei et al., "An Empirical Model of Large-Batch Training", 2018
/// (arXiv:1812.06162): B_simple, estimated as in appendix A.1. They leave the decay open; PyTorch,
/// Keras and Optax have nothing of the kind.
class GradientNoiseScale {
 public:
  /// Throws std::invalid_argument for options out of range.
  explicit GradientNoiseScale(const GradientNoiseScaleOptions& options) : decay_(options.decay) {
    require_in(ranges::fraction_below_one, options.decay, "GradientNoiseScale", "decay");
    set_batches(options.small_batch, options.big_batch);
  }

  /// Takes the norms of one step, of the gradient on b and on B samples.
  EIGENTRAIN_NOINLINE void add(double norm_small, double norm_big) {
    constexpr Range norms{0.0, 1e150};  // their squares times a batch size stay finite
    require_in(norms, norm_small, "GradientNoiseScale", "norm_small");
    require_in(norms, norm_big, "GradientNoiseScale", "norm_big");
    const Exact small = static_cast<double>(small_), big = static_cast<double>(big_);
    const Exact small_square = Exact(norm_small) * Exact(norm_small);
    const Exact big_square = Exact(norm_big) * Exact(norm_big);
    const Exact kept = decay_, taken = Exact(1.0) - kept;
    const Exact square = (big * big_square - small * small_square) / (big - small);
    const Exact noise = (small_square - big_square) / (Exact(1.0) / small - Exact(1.0) / big);
    square_ = (kept * Exact(square_) + taken * square)[0];
    noise_ = (kept * Exact(noise_) + taken * noise)[0];
    weight_ = (kept * Exact(weight_) + taken)[0];  // 1 − dᵗ
    ++count_;
  }

  /// Changes b and B for the norms that follow, for batches that grow; the averages are kept, since
  /// what they estimate doesn't depend on the batch. Throws std::invalid_argument, with nothing
  /// changed, unless 1 ≤ b < B.
  EIGENTRAIN_NOINLINE void set_batches(std::int64_t small_batch, std::int64_t big_batch) {
    require_at_least(1, small_batch, "GradientNoiseScale", "small_batch");
    require(big_batch > small_batch,
            "GradientNoiseScale: big_batch must be more than small_batch, ", "got ", big_batch,
            " and ", small_batch);
    small_ = small_batch;
    big_ = big_batch;
  }

  /// b, the samples behind the first norm.
  std::int64_t small_batch() const { return small_; }
  /// B, the samples behind the second norm.
  std::int64_t big_batch() const { return big_; }
  /// How many pairs of norms were taken.
  std::int64_t count() const { return count_; }

  /// The averaged estimate of ‖G‖²; 0 before the first pair. It may be negative: then the noise of
  /// the estimate is larger than the gradient.
  double gradient_square() const { return count_ > 0 ? square_ / weight_ : 0.0; }
  /// The averaged estimate of tr(Σ), the noise of a single sample; 0 before the first pair. It may
  /// be negative where there is hardly any.
  double noise() const { return count_ > 0 ? noise_ / weight_ : 0.0; }

  /// Whether both averages are positive, so that their ratio says something.
  bool known() const { return square_ > 0.0 && noise_ > 0.0; }
  /// tr(Σ)/‖G‖², in samples, never NaN: 0 while noise() isn't positive (before the first pair,
  /// too), and otherwise ∞ while gradient_square() isn't.
  double scale() const {
    if (!(noise_ > 0.0)) return 0.0;
    return square_ > 0.0 ? noise_ / square_ : ranges::infinity;
  }

  /// For checkpoints; see StateVisitor.
  template <class Visitor>
  void visit_state(Visitor& visit) {
    std::int64_t small = small_, big = big_;
    visit("small_batch", small);
    visit("big_batch", big);
    visit("count", count_);
    visit("square", square_);
    visit("noise", noise_);
    visit("weight", weight_);
    set_batches(small, big);
    require_count(count_, "GradientNoiseScale", "count");
  }

 private:
  std::int64_t small_ = 0, big_ = 0, count_ = 0;
  double decay_;
  double square_ = 0.0, noise_ = 0.0, weight_ = 0.0;
};

}  // namespace eigentrain
