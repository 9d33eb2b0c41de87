// SPDX-License-Identifier: MIT
// LibTorch's dropout, behind an interface without its headers.
#pragma once

#include <cstddef>
#include <memory>

namespace bench {

/// Dropout of a copy of x, forward and backward from a copy of dy, on one thread.
class TorchDropout {
 public:
  TorchDropout() = default;
  TorchDropout(const TorchDropout&) = delete;
  TorchDropout& operator=(const TorchDropout&) = delete;
  virtual ~TorchDropout() = default;
  virtual void step() = 0;
  /// Of the last step.
  virtual const float* output() const = 0;
  virtual const float* gradient() const = 0;
};

std::unique_ptr<TorchDropout> make_torch_dropout(const float* x, const float* dy, std::size_t rows,
                                                 std::size_t cols, double rate);

}  // namespace bench
