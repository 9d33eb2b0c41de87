// SPDX-License-Identifier: MIT
// Compiled as C++17, the language of LibTorch's headers.
#include "torch_norms.hpp"

#include <torch/torch.h>

namespace bench {
namespace {

constexpr double epsilon = 1e-5;

class Norm : public TorchNorm {
 public:
  Norm(NormKind kind, const NormShape& shape, long groups, const float* input,
       const float* gradient)
      : kind_(kind), shape_(shape), groups_(groups) {
    at::set_num_threads(1);
    std::vector<std::int64_t> sizes = {shape.samples, shape.channels};
    if (shape.inner > 1) sizes.push_back(shape.inner);
    const auto copy = [&](const float* values) {
      return torch::from_blob(const_cast<float*>(values), sizes).clone();
    };
    x_ = copy(input);
    dy_ = copy(gradient);
    gamma_ = torch::ones({shape.channels});
    beta_ = torch::zeros({shape.channels});
    running_mean_ = torch::zeros({shape.channels});
    running_variance_ = torch::ones({shape.channels});
  }

  void run() override {
    torch::NoGradGuard no_grad;
    const std::array<bool, 3> all = {true, true, true};
    torch::Tensor mean, scale;
    if (kind_ == NormKind::batch) {
      std::tie(y_, mean, scale) = at::native_batch_norm(x_, gamma_, beta_, running_mean_,
                                                        running_variance_, true, 0.1, epsilon);
      dx_ = std::get<0>(at::native_batch_norm_backward(
          dy_, x_, gamma_, running_mean_, running_variance_, mean, scale, true, epsilon, all));
    } else if (kind_ == NormKind::layer) {
      const std::vector<std::int64_t> sizes = {shape_.channels};
      std::tie(y_, mean, scale) = at::native_layer_norm(x_, sizes, gamma_, beta_, epsilon);
      dx_ = std::get<0>(
          at::native_layer_norm_backward(dy_, x_, sizes, mean, scale, gamma_, beta_, all));
    } else {
      std::tie(y_, mean, scale) = at::native_group_norm(
          x_, gamma_, beta_, shape_.samples, shape_.channels, shape_.inner, groups_, epsilon);
      dx_ =
          std::get<0>(at::native_group_norm_backward(dy_, x_, mean, scale, gamma_, shape_.samples,
                                                     shape_.channels, shape_.inner, groups_, all));
    }
  }

  const float* output() const override { return y_.data_ptr<float>(); }
  const float* input_gradient() const override { return dx_.data_ptr<float>(); }

 private:
  NormKind kind_;
  NormShape shape_;
  long groups_;
  torch::Tensor x_, dy_, y_, dx_, gamma_, beta_, running_mean_, running_variance_;
};

}  // namespace

std::unique_ptr<TorchNorm> make_torch_norm(NormKind kind, const NormShape& shape, long groups,
                                           const float* input, const float* output_gradient) {
  return std::make_unique<Norm>(kind, shape, groups, input, output_gradient);
}

}  // namespace bench
