// SPDX-License-Identifier: MIT
// Compiled as C++17, the language of LibTorch's headers.
#include "torch_mlp.hpp"

#include <dlfcn.h>
#include <torch/torch.h>

namespace bench {
namespace {

torch::Tensor features_of(const Samples& samples, std::int64_t inputs) {
  return torch::from_blob(const_cast<float*>(samples.features), {samples.count, inputs});
}

torch::Tensor labels_of(const Samples& samples) {
  return torch::from_blob(const_cast<int*>(samples.labels), {samples.count}, torch::kInt32)
      .to(torch::kInt64);
}

class Network : public TorchMlp {
 public:
  Network(const std::vector<DenseStart>& layers, double learning_rate, double weight_decay) {
    for (const DenseStart& layer : layers) {
      torch::nn::Linear linear(layer.in, layer.out);
      torch::NoGradGuard guard;
      linear->weight.copy_(
          torch::from_blob(const_cast<float*>(layer.weight), {layer.in, layer.out}).t());
      linear->bias.zero_();
      layers_.push_back(linear);
      weights_.push_back(linear->weight);
      biases_.push_back(linear->bias);
    }
    // As in eigentrain's run: only weights decay.
    const auto options = [&](double decay) {
      return std::make_unique<torch::optim::AdamWOptions>(
          torch::optim::AdamWOptions(learning_rate).weight_decay(decay));
    };
    std::vector<torch::optim::OptimizerParamGroup> groups;
    groups.emplace_back(weights_, options(weight_decay));
    groups.emplace_back(biases_, options(0.0));
    optimizer_ = std::make_unique<torch::optim::AdamW>(groups);
  }

  double step(const Samples& batch) override {
    return step(features_of(batch, inputs()), labels_of(batch));
  }

  double epoch(const Samples& data, long batch_size) override {
    const torch::Tensor features = features_of(data, inputs());
    if (!labels_.defined()) labels_ = labels_of(data);
    const torch::Tensor order = torch::randperm(data.count, torch::kInt64);
    double loss = 0.0;
    long batches = 0;
    for (long first = 0; first < data.count; first += batch_size, ++batches) {
      const torch::Tensor chosen = order.slice(0, first, std::min(first + batch_size, data.count));
      loss += step(features.index_select(0, chosen), labels_.index_select(0, chosen));
    }
    return loss / static_cast<double>(batches);
  }

  std::vector<float> weight(std::size_t layer) const override {
    const torch::Tensor values = weights_[layer].detach().t().contiguous();
    const float* first = values.data_ptr<float>();
    return {first, first + values.numel()};
  }

 private:
  std::int64_t inputs() const { return weights_.front().size(1); }

  double step(const torch::Tensor& features, const torch::Tensor& labels) {
    // Without old gradients the new ones need no addition; zero_grad() would be slower.
    for (const torch::Tensor& p : weights_) p.mutable_grad() = torch::Tensor();
    for (const torch::Tensor& p : biases_) p.mutable_grad() = torch::Tensor();
    torch::Tensor x = features;
    for (std::size_t i = 0; i < layers_.size(); ++i) {
      x = layers_[i]->forward(x);
      if (i + 1 < layers_.size()) x = torch::relu(x);
    }
    const torch::Tensor loss = torch::nn::functional::cross_entropy(x, labels);
    loss.backward();
    optimizer_->step();
    return loss.item<double>();
  }

  std::vector<torch::nn::Linear> layers_;
  std::vector<torch::Tensor> weights_, biases_;
  std::unique_ptr<torch::optim::AdamW> optimizer_;
  torch::Tensor labels_;
};

template <class Function>
Function* find(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_DEFAULT, name));
}

}  // namespace

std::unique_ptr<TorchMlp> make_torch_mlp(const std::vector<DenseStart>& layers,
                                         double learning_rate, double weight_decay) {
  at::set_num_threads(1);
  // Its products may come from OpenBLAS, which has threads of its own.
  if (auto* set = find<void(int)>("openblas_set_num_threads")) set(1);
  return std::make_unique<Network>(layers, learning_rate, weight_decay);
}

std::string torch_products() {
  auto* config = find<char*()>("openblas_get_config");
  auto* core = find<char*()>("openblas_get_corename");
  if (config == nullptr || core == nullptr) return "not OpenBLAS";
  return std::string(config()) + ", for " + core();
}

}  // namespace bench
