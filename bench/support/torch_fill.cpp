// SPDX-License-Identifier: MIT
// LibTorch's random numbers as rivals. Compiled as C++17, the language of its headers.
#include "torch_fill.hpp"

#include <torch/torch.h>

#include <cmath>

namespace bench {
namespace {

torch::Tensor view(float* values, at::IntArrayRef shape) {
  at::set_num_threads(1);
  return torch::from_blob(values, shape);
}

}  // namespace

void torch_uniform(float* values, std::int64_t size, double low, double high) {
  torch::NoGradGuard no_grad;
  view(values, {size}).uniform_(low, high);
}

void torch_normal(float* values, std::int64_t size, double mean, double std) {
  torch::NoGradGuard no_grad;
  view(values, {size}).normal_(mean, std);
}

void torch_truncated_normal(float* values, std::int64_t size, double mean, double std, double low,
                            double high) {
  torch::NoGradGuard no_grad;
  const auto distribution = [](double z) { return (1 + std::erf(z / std::sqrt(2.0))) / 2; };
  const double first = distribution((low - mean) / std), last = distribution((high - mean) / std);
  view(values, {size})
      .uniform_(2 * first - 1, 2 * last - 1)
      .erfinv_()
      .mul_(std * std::sqrt(2.0))
      .add_(mean)
      .clamp_(low, high);
}

void torch_he_normal(float* values, std::int64_t out, std::int64_t in) {
  torch::Tensor tensor = view(values, {out, in});
  torch::nn::init::kaiming_normal_(tensor, 0.0, torch::kFanIn, torch::kReLU);
}

}  // namespace bench
