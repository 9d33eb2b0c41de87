// SPDX-License-Identifier: MIT
// LibTorch's clipping, behind an interface without its headers.
#pragma once

#include <memory>
#include <vector>

#include "memory.hpp"

namespace bench {

/// Clips copies of the tensors' gradients, on one thread.
class TorchClipper {
 public:
  TorchClipper() = default;
  TorchClipper(const TorchClipper&) = delete;
  TorchClipper& operator=(const TorchClipper&) = delete;
  virtual ~TorchClipper() = default;
  /// nn::utils::clip_grad_norm_, which multiplies all gradients even where the factor is 1.
  virtual double clip(double max_norm) = 0;
  /// The first half of that function alone: the norm of the tensors' norms.
  virtual double norm() = 0;
  /// Copies the gradients to where they came from.
  virtual void finish() = 0;
};

std::unique_ptr<TorchClipper> make_torch_clipper(const std::vector<Tensor>& tensors);

}  // namespace bench
