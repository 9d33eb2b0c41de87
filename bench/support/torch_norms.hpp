// SPDX-License-Identifier: MIT
// LibTorch's normalizations, behind an interface without its headers.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

namespace bench {

/// N × C × inner values in memory: a matrix, channels × samples, if inner is 1.
struct NormShape {
  long samples, channels, inner;

  std::size_t size() const { return static_cast<std::size_t>(samples * channels * inner); }
};

enum class NormKind { batch, layer, group };

/// A forward and a backward pass on one thread, by the functions beneath the modules: without
/// autograd's graph. γ is 1, β is 0.
class TorchNorm {
 public:
  TorchNorm() = default;
  TorchNorm(const TorchNorm&) = delete;
  TorchNorm& operator=(const TorchNorm&) = delete;
  virtual ~TorchNorm() = default;
  virtual void run() = 0;
  virtual const float* output() const = 0;
  virtual const float* input_gradient() const = 0;
};

/// The input and the output's gradient are copied. `groups` counts for group norm only.
std::unique_ptr<TorchNorm> make_torch_norm(NormKind kind, const NormShape& shape, long groups,
                                           const float* input, const float* output_gradient);

}  // namespace bench
