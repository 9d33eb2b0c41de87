// SPDX-License-Identifier: MIT
// What a hidden layer can have besides its product: a normalization and a dropout, each one of
// several kinds, chosen while the program runs.
#pragma once

#include "mlp/matrix.hpp"

#include <memory>
#include <optional>
#include <string>

#include "eigentrain/core/parameters.hpp"
#include "eigentrain/core/random.hpp"
#include "eigentrain/layers/running_statistics.hpp"

namespace mlp {

namespace et = eigentrain;

/// A layer without a product. Batches are features × samples, in one piece of memory: the first
/// columns of a matrix. After the largest batch nothing is allocated.
template <class S>
class Layer {
 public:
  Layer() = default;
  Layer(const Layer&) = delete;
  Layer& operator=(const Layer&) = delete;
  virtual ~Layer() = default;

  /// Training. The two may be the same.
  virtual void forward(const Input<S>& x, Output<S> y, et::Generator& random) = 0;
  /// Evaluation, in place.
  virtual void evaluate(Output<S> y) const = 0;
  /// From ∂loss/∂y of the last forward() to ∂loss/∂x, in place. Sets the gradients of what
  /// add_to() added.
  virtual void backward(Output<S> gradient) = 0;

  /// Adds what is to be trained, as "name.gamma" and "name.beta".
  virtual void add_to(et::Parameters<S>&, const std::string& /*name*/) {}
  /// What training changes besides parameters; null if there is nothing.
  virtual et::RunningStatistics<S>* statistics() { return nullptr; }
};

enum class NormKind {
  none,
  batch,     ///< every feature over the batch
  layer,     ///< every sample over all features
  group,     ///< every sample over groups of neighbouring features
  instance,  ///< as group, with one factor and one shift for a group, not for a feature: the groups
             ///< are what channels are in a picture, their features the pixels
  rms        ///< as layer, without the mean and the shift
};

struct NormOptions {
  NormKind kind = NormKind::batch;
  Index features = 0;
  Index groups = 8;                    ///< of group and instance; must divide the features
  double momentum = 0.1;               ///< of batch: the weight of the newest one
  std::optional<double> epsilon = {};  ///< the layer's own if not given
};

/// Null if the kind is none. Throws std::invalid_argument if there are no such groups, or for what
/// the library's layer throws.
template <class S>
std::unique_ptr<Layer<S>> make_norm(const NormOptions& options);

enum class DropoutKind {
  plain,     ///< single values
  alpha,     ///< single values, which become what SELU's smallest is
  gaussian,  ///< noise that every value is multiplied by
  channel,   ///< groups of neighbouring features, sample by sample
  drop_path  ///< whole samples; what they then are must come from a shortcut
};

struct DropoutOptions {
  DropoutKind kind = DropoutKind::plain;
  double rate = 0.5;
  Index features = 0;
  Index groups = 8;  ///< of channel; must divide the features
};

/// Null if the rate is 0. Throws as make_norm().
template <class S>
std::unique_ptr<Layer<S>> make_dropout(const DropoutOptions& options);

// In layers.cpp and layers_double.cpp.
extern template std::unique_ptr<Layer<float>> make_norm<float>(const NormOptions&);
extern template std::unique_ptr<Layer<double>> make_norm<double>(const NormOptions&);
extern template std::unique_ptr<Layer<float>> make_dropout<float>(const DropoutOptions&);
extern template std::unique_ptr<Layer<double>> make_dropout<double>(const DropoutOptions&);

}  // namespace mlp
