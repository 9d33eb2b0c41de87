// SPDX-License-Identifier: MIT
// Compiled as C++17, the language of LibTorch's headers.
#include "torch_dropout.hpp"

#include <torch/torch.h>

namespace bench {
namespace {

class Layer : public TorchDropout {
 public:
  Layer(const float* x, const float* dy, std::int64_t rows, std::int64_t cols, double rate)
      : rate_(rate) {
    at::set_num_threads(1);
    const auto copy_of = [&](const float* values) {
      return torch::from_blob(const_cast<float*>(values), {rows, cols}).clone();
    };
    x_ = copy_of(x).set_requires_grad(true);
    dy_ = copy_of(dy);
  }

  void step() override {
    x_.mutable_grad() = torch::Tensor();  // cheaper than zeros to add to
    y_ = torch::dropout(x_, rate_, /*train=*/true);
    y_.backward(dy_);
  }

  const float* output() const override { return y_.data_ptr<float>(); }
  const float* gradient() const override { return x_.grad().data_ptr<float>(); }

 private:
  double rate_;
  torch::Tensor x_, y_, dy_;
};

}  // namespace

std::unique_ptr<TorchDropout> make_torch_dropout(const float* x, const float* dy, std::size_t rows,
                                                 std::size_t cols, double rate) {
  return std::make_unique<Layer>(x, dy, static_cast<std::int64_t>(rows),
                                 static_cast<std::int64_t>(cols), rate);
}

}  // namespace bench
