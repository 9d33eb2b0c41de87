// SPDX-License-Identifier: MIT
// Normalization of the vector of channels at every place of every sample.
#pragma once

#include <type_traits>

#include "eigentrain/layers/per_sample.hpp"

namespace eigentrain {

/// LayerNorm (Centered) and RmsNorm. The sets are the vectors, γ and β have a value a place in it.
template <class S, bool Centered, class Norm>
class VectorNorm : public PerSample<S, std::conditional_t<Centered, Affine<S>, Scale<S>>, Norm> {
  using Base = PerSample<S, std::conditional_t<Centered, Affine<S>, Scale<S>>, Norm>;
  friend Base;

 protected:
  // Four rows without β as well: one of zeros, and one that takes a gradient that nobody reads.
  /// Throws std::invalid_argument if features < 1 or ε is out of range.
  VectorNorm(Eigen::Index features, double epsilon)
      : Base(features, Norm::name, 4), epsilon_(epsilon) {
    require_in(ranges::positive, epsilon, Norm::name, "epsilon");
    for (auto* row : {&sums_, &products_}) row->resize(static_cast<std::size_t>(features));
  }

 private:
  using Walk = detail::Walk;
  static constexpr auto weights = detail::Weight::place;

  // How vectors are walked over where channels are walked over so.
  template <Walk W>
  static constexpr Walk vectors = W == Walk::across ? Walk::along : Walk::either;

  // Vectors that lie in one piece are walked along, one call for all of them; others across, all
  // those of a position in one call.
  template <class T>
  static detail::SetShape sets(const Channels<T>& batch) {
    if (batch.inner == 1) return {batch.samples * batch.positions, 1, batch.channels, false};
    return {batch.inner, batch.channels, 1, true};
  }
  template <class T>
  static Eigen::Index calls(const Channels<T>& batch) {
    return batch.inner == 1 ? 1 : batch.samples * batch.positions;
  }
  template <class T>
  static detail::SetMemory<T> memory(const Channels<T>& batch, Eigen::Index call) {
    if (batch.inner == 1) return {batch.data, batch.stride, 0};
    return {batch.data + call * batch.stride, 1, batch.inner};
  }

  void require_values(const Channels<const S>&) const {}
  static Eigen::Index scales(const Channels<const S>& batch) {
    return batch.samples * batch.positions * batch.inner;
  }

  template <Walk W>
  void normalize(const Channels<const S>& input, const Channels<S>& output,
                 const Channels<S>& normalized, S* scales) const {
    const detail::SetShape shape = sets(input);
    for (Eigen::Index call = 0; call < calls(input); ++call) {
      detail::for_set_blocks(shape, [&](Eigen::Index k, Eigen::Index count) {
        detail::SetBlock<S> block;
        const auto part = shape.part(count);
        const auto x = memory(input, call).from(k);
        const auto by = block.by(scales == nullptr ? block.scale : scales + call * shape.count + k);
        if constexpr (!Centered) block.clear_means(count);
        detail::set_moments<Centered, S, vectors<W>>(part, x, block.sums, block.products);
        detail::set_normalization<S>(count, shape.size(), epsilon_, block.sums, block.products, by);
        detail::set_normalize<weights, S, vectors<W>>(part, x, memory(output, call).from(k),
                                                      memory(normalized, call).from(k), by,
                                                      this->row(0), this->row(2));
      });
    }
  }

  // Samples (or their positions) whose gradients are read twice while they are in the cache, all of
  // them if threads share the work. Sums go on where they were, so this changes no bit.
  static Eigen::Index panel(const Channels<const S>& batch) {
    const Eigen::Index all = batch.samples * batch.positions;
#ifdef _OPENMP
    if (Eigen::nbThreads() > 1) return all;
#endif
    if (batch.inner > 1) return all;
    constexpr Eigen::Index step = detail::float_additions;
    const Eigen::Index fitting = 32768 / batch.channels / step * step;
    return fitting < step ? step : fitting;
  }
  template <class T>
  static Channels<T> part(const Channels<T>& batch, Eigen::Index first, Eigen::Index count) {
    return {batch.data + first * batch.stride, count, 1, batch.channels, batch.inner, batch.stride};
  }

  template <Walk W>
  void differentiate(const Channels<const S>& gradient, const Channels<S>& result,
                     const Channels<const S>& kept, const S* scales) {
    const Eigen::Index all = gradient.samples * gradient.positions, most = panel(gradient);
    for (std::size_t c = 0; c < sums_.size(); ++c) sums_[c] = products_[c] = 0.0;
    for (Eigen::Index first = 0; first < all; first += most) {
      const Eigen::Index count = all - first < most ? all - first : most;
      const auto dy = part(gradient, first, count), x = part(kept, first, count);
      const detail::NormalizedBatch<S, false> values{detail::channel_memory(x)};
      detail::channel_gradient_sums<S, W>(dy, values, sums_.data(), products_.data(), first > 0);
      differentiate_part<vectors<W>>(dy, part(result, first, count), x,
                                     scales + first * gradient.inner);
    }
    detail::set_means<S>(this->features(), 1.0, sums_.data(), products_.data(), this->row(3),
                         this->row(1));
  }

  template <Walk W>
  void differentiate_part(const Channels<const S>& gradient, const Channels<S>& result,
                          const Channels<const S>& kept, const S* scales) {
    const detail::SetShape shape = sets(gradient);
    for (Eigen::Index call = 0; call < calls(gradient); ++call) {
      detail::for_set_blocks(shape, [&](Eigen::Index k, Eigen::Index count) {
        detail::SetBlock<S> block;
        const auto part = shape.part(count);
        const auto dy = memory(gradient, call).from(k);
        const detail::NormalizedBatch<S, false> x{memory(kept, call).from(k)};
        detail::set_gradient_sums<weights, S, W>(part, dy, x, this->row(0), block.sums,
                                                 block.products);
        if constexpr (!Centered) block.clear_means(count);
        detail::set_means<S>(count, shape.size(), block.sums, block.products, block.mean,
                             block.mean_rest);
        detail::set_input_gradient<weights, S, W>(
            part, dy, memory(result, call).from(k), x, this->row(0),
            {block.mean, block.mean_rest, scales + call * shape.count + k});
      });
    }
  }

  double epsilon_;
  detail::Buffer<double> sums_, products_;  // the gradients of β and γ
};

}  // namespace eigentrain
