// SPDX-License-Identifier: MIT
// The orthogonal penalty: how far a matrix's columns or rows are from orthonormal.
#pragma once

#include "eigentrain/core/buffer.hpp"
#include "eigentrain/core/product.hpp"
#include "eigentrain/gradient/groups.hpp"

namespace eigentrain {

/// The options of OrthogonalPenalty.
struct OrthogonalPenaltyOptions {
  double strength = 1e-4;           ///< λ ≥ 0
  Groups groups = Groups::columns;  ///< what is to be orthonormal: columns or rows
};

/// The penalty λ·‖WᵀW − I‖²_F on the columns of a matrix (λ·‖WWᵀ − I‖²_F on its rows), and its
/// gradient 4λ·W(WᵀW − I). Zero is reached only if there are no more columns than rows (rows than
/// columns); for a wide matrix choose the rows.
///
///     et::OrthogonalPenalty<float> penalty({.strength = 1e-3});
///     double loss = data_loss + penalty.add_gradient(W, dW);  // or penalty.value(W)
///     optimizer.step(parameters);
///
/// Takes Eigen matrices, Maps, Refs and blocks, gradients of any storage order. It keeps the memory
/// for its products: allocates only for a larger matrix than before. For r×c, O(r·c²) operations;
/// the products are formed in S and the same bits everywhere, the value is summed in double. Where
/// a weight isn't finite, neither is the value.
///
/// λ ≥ 0 and finite, and the groups rows or columns, else std::invalid_argument. Brock et al.,
/// "Neural photo editing with introspective adversarial networks", 2017, has ‖·‖₁ here; Bansal et
/// al., "Can we gain more from orthogonality regularizations in training deep networks?", 2018, has
/// this. keras.regularizers.OrthogonalRegularizer counts angles only, not lengths.
template <class S>
class OrthogonalPenalty {
 public:
  static_assert(std::is_same_v<S, float> || std::is_same_v<S, double>,
                "eigentrain: weights are float or double");

  /// Throws std::invalid_argument for options out of range.
  explicit OrthogonalPenalty(const OrthogonalPenaltyOptions& options) : options_(options) {
    require_in(ranges::not_negative, options.strength, "OrthogonalPenalty", "strength");
    require(options.groups != Groups::all, "OrthogonalPenalty: groups must be rows or columns");
  }

  const OrthogonalPenaltyOptions& options() const { return options_; }

  /// The penalty of this matrix.
  template <class W>
  double value(const W& weights) {
    load(weights);
    return measure();
  }

  /// Adds the penalty's gradient to that of the loss and returns the value. Throws
  /// std::invalid_argument, with the gradient untouched, if the shapes differ or a weight isn't
  /// finite.
  template <class W, class G>
  double add_gradient(const W& weights, G&& gradient) {
    using Gradient = std::remove_cvref_t<G>;
    static_assert(std::is_same_v<typename Gradient::Scalar, S> && detail::is_writable<G>(),
                  "eigentrain: the gradient must be writable and of the penalty's scalar type");
    const Shape shape = detail::shape_of(weights), other = detail::shape_of(gradient);
    require(shape == other, "OrthogonalPenalty: the weights are ", shape.text(),
            " but the gradient is ", other.text());
    load(weights);
    const double penalty = measure();
    require(std::isfinite(penalty),
            "OrthogonalPenalty: the value is not finite; nothing was changed");
    // Here the Gram matrix stands as I − WᵀW: taking W times it from 0 leaves W(WᵀW − I).
    detail::subtract_product<S>({product_.data(), padded_, 1}, {weights_.data(), padded_, 1},
                                {gram_.data(), padded_, 1}, padded_length_, padded_, padded_);
    const Packet<S, 1> factor = S(4.0 * options_.strength);
    const bool columns = options_.groups == Groups::columns;
    for (Index k = 0; k < length_; ++k) {
      for (Index i = 0; i < count_; ++i) {
        S& target = columns ? gradient(k, i) : gradient(i, k);
        const Packet<S, 1> added = factor * product_.data()[k * padded_ + i];
        target = (Packet<S, 1>(target) + added)[0];
      }
    }
    return penalty;
  }

 private:
  // Copies the matrix, value k of group i at k·padded + i, with zeros up to what products take.
  template <class W>
  void load(const W& weights) {
    static_assert(std::is_same_v<typename W::Scalar, S>,
                  "eigentrain: the weights must have the penalty's scalar type");
    const bool columns = options_.groups == Groups::columns;
    count_ = columns ? weights.cols() : weights.rows();
    length_ = columns ? weights.rows() : weights.cols();
    padded_ = round_up(count_, detail::product_columns);
    padded_length_ = round_up(length_, detail::product_rows);
    clear(weights_, padded_length_ * padded_);
    clear(product_, padded_length_ * padded_);
    clear(gram_, padded_ * padded_);
    for (Index k = 0; k < length_; ++k) {
      for (Index i = 0; i < count_; ++i) {
        weights_.data()[k * padded_ + i] = columns ? weights(k, i) : weights(i, k);
      }
    }
  }

  // I − WᵀW, and λ times the sum of its squares.
  double measure() {
    for (Index i = 0; i < count_; ++i) gram_.data()[i * padded_ + i] = S(1);
    detail::subtract_product<S>({gram_.data(), padded_, 1}, {weights_.data(), 1, padded_},
                                {weights_.data(), padded_, 1}, padded_, padded_, length_);
    double squares = 0.0;
    const detail::Grouped<const S> all{gram_.data(), 1, 0, padded_ * padded_, padded_ * padded_};
    detail::fold_groups<detail::Sum>(all, 0, 1, &squares,
                                     [](const auto& e, const auto&) { return e * e; });
    return (Exact(options_.strength) * squares)[0];
  }

  static Index round_up(Index size, Index step) { return (size + step - 1) / step * step; }
  static void clear(detail::Buffer<S>& buffer, Index size) {
    buffer.resize(static_cast<std::size_t>(size));
    std::fill_n(buffer.data(), size, S(0));
  }

  OrthogonalPenaltyOptions options_;
  Index count_ = 0, length_ = 0;          // groups, and values in each
  Index padded_ = 0, padded_length_ = 0;  // the same in multiples of what products take
  detail::Buffer<S> weights_, product_, gram_;
};

}  // namespace eigentrain
