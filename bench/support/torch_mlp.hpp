// SPDX-License-Identifier: MIT
// The network of mlp_epoch in LibTorch, behind an interface without its headers.
#pragma once

#include <memory>
#include <string>
#include <vector>

namespace bench {

/// A dense layer's values at the start, column-major as Eigen keeps them; biases are zero.
struct DenseStart {
  const float* weight;
  long in;
  long out;
};

/// Samples one after the other, and their labels.
struct Samples {
  const float* features;
  const int* labels;
  long count;
};

/// Dense layers with ReLU between them, cross-entropy, AdamW, all on one thread.
class TorchMlp {
 public:
  TorchMlp() = default;
  TorchMlp(const TorchMlp&) = delete;
  TorchMlp& operator=(const TorchMlp&) = delete;
  virtual ~TorchMlp() = default;

  /// One step on these samples; returns their mean loss before it.
  virtual double step(const Samples& batch) = 0;
  /// One epoch in an order of its own, in batches; returns the mean of the batches' losses.
  virtual double epoch(const Samples& data, long batch_size) = 0;
  /// The weight of a layer, column-major.
  virtual std::vector<float> weight(std::size_t layer) const = 0;
};

std::unique_ptr<TorchMlp> make_torch_mlp(const std::vector<DenseStart>& layers,
                                         double learning_rate, double weight_decay);

/// The library that computes LibTorch's matrix products, and the processor that it is tuned for.
std::string torch_products();

}  // namespace bench
