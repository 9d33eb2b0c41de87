// SPDX-License-Identifier: MIT
// LibTorch's tensors of their own with the values of a contest's, on one thread.
#pragma once

#include <torch/torch.h>

#include <algorithm>
#include <vector>

namespace bench {

/// For any Tensor with p, g and size.
template <class Tensor>
class TorchTensors {
 public:
  explicit TorchTensors(const std::vector<Tensor>& tensors) : memory_(tensors) {
    at::set_num_threads(1);
    for (const Tensor& t : tensors) {
      const auto size = static_cast<std::int64_t>(t.size);
      torch::Tensor p = torch::from_blob(t.p, {size}).clone().set_requires_grad(true);
      p.mutable_grad() = torch::from_blob(t.g, {size}).clone();
      tensors_.push_back(p);
    }
  }

  std::vector<torch::Tensor>& parameters() { return tensors_; }

  /// Copies the values back to where they came from.
  void return_parameters() const {
    for (std::size_t i = 0; i < memory_.size(); ++i) copy(tensors_[i], memory_[i].p, i);
  }
  void return_gradients() const {
    for (std::size_t i = 0; i < memory_.size(); ++i) copy(tensors_[i].grad(), memory_[i].g, i);
  }

 private:
  void copy(const torch::Tensor& from, float* to, std::size_t i) const {
    const float* values = from.data_ptr<float>();
    std::copy(values, values + memory_[i].size, to);
  }

  std::vector<Tensor> memory_;
  std::vector<torch::Tensor> tensors_;
};

}  // namespace bench
