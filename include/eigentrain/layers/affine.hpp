// SPDX-License-Identifier: MIT
// The trainable part of normalization layers.
#pragma once

#include <string_view>

#include "eigentrain/core/buffer.hpp"
#include "eigentrain/core/check.hpp"
#include "eigentrain/layers/columns.hpp"

namespace eigentrain {

/// γ, a factor for every channel, and its gradient; and in Affine β, which is added. γ is 1 at
/// first, β 0; where they are not trained (not added to a list), they stay so.
template <class S>
class Scale {
 public:
  /// One value a channel. A view: to be read and written, not resized; it follows the layer when
  /// that is moved, not when it is copied.
  using Vector = Eigen::Map<Eigen::Matrix<S, Eigen::Dynamic, 1>>;
  /// The same, to be read only.
  using ConstVector = Eigen::Map<const Eigen::Matrix<S, Eigen::Dynamic, 1>>;

  /// The number of channels: the rows of a matrix, which are features.
  Eigen::Index features() const { return features_; }
  /// γ, one factor a channel.
  Vector gamma() { return view(0); }
  /// ∂L/∂γ, set by backward().
  Vector gamma_gradient() { return view(1); }
  /// γ, to be read.
  ConstVector gamma() const { return view(0); }

  /// Adds γ (and β, if there is one) with their gradients to a list, as "name.gamma" and
  /// "name.beta", without weight decay. The layer must outlive the list, and not be moved. Throws
  /// as Parameters::add().
  ///
  ///     norm.add_to(parameters, "layer1.norm");
  template <class List>
  void add_to(List& parameters, std::string_view name) {
    parameters.add(message(name, ".gamma"), gamma(), gamma_gradient(), {.weight_decay = false});
  }

 protected:
  /// Rows of one value a channel: γ, its gradient, and more where `rows` says so.
  Scale(Eigen::Index features, const char* owner, int rows = 4) : features_(features) {
    require_at_least(1, features, owner, "features");
    values_.resize(static_cast<std::size_t>(features * rows));
    for (Eigen::Index f = 0; f < features; ++f) values_[static_cast<std::size_t>(f)] = S(1);
  }

  /// The values of a row.
  S* row(int number) { return values_.data() + number * features_; }
  /// The values of a row, to be read.
  const S* row(int number) const { return values_.data() + number * features_; }
  /// The same as a vector.
  Vector view(int number) { return {row(number), features_}; }
  /// The same as a vector, to be read.
  ConstVector view(int number) const { return {row(number), features_}; }

 private:
  Eigen::Index features_;
  detail::Buffer<S> values_;
};

/// γ and β, one value of each for every channel, with their gradients; see Scale.
template <class S>
class Affine : public Scale<S> {
 public:
  /// As Scale's.
  using Vector = typename Scale<S>::Vector;
  /// As Scale's.
  using ConstVector = typename Scale<S>::ConstVector;

  /// β, one summand a channel.
  Vector beta() { return this->view(2); }
  /// ∂L/∂β, set by backward().
  Vector beta_gradient() { return this->view(3); }
  /// β, to be read.
  ConstVector beta() const { return this->view(2); }

  /// As Scale's.
  template <class List>
  void add_to(List& parameters, std::string_view name) {
    Scale<S>::add_to(parameters, name);
    parameters.add(message(name, ".beta"), beta(), beta_gradient(), {.weight_decay = false});
  }

 protected:
  /// As Scale's, with β and its gradient in rows 2 and 3.
  Affine(Eigen::Index features, const char* owner, int rows = 4)
      : Scale<S>(features, owner, rows) {}
};

}  // namespace eigentrain
