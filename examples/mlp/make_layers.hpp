// SPDX-License-Identifier: MIT
// All layers by their kind. For layers.cpp, which is compiled once; everybody else includes
// mlp/layer.hpp.
#pragma once

#include "mlp/layer.hpp"

#include "eigentrain/layers/alpha_dropout.hpp"
#include "eigentrain/layers/batch_norm.hpp"
#include "eigentrain/layers/channel_dropout.hpp"
#include "eigentrain/layers/drop_path.hpp"
#include "eigentrain/layers/dropout.hpp"
#include "eigentrain/layers/gaussian_dropout.hpp"
#include "eigentrain/layers/group_norm.hpp"
#include "eigentrain/layers/instance_norm.hpp"
#include "eigentrain/layers/layer_norm.hpp"
#include "eigentrain/layers/rms_norm.hpp"

namespace mlp {

namespace detail {

// A batch as it is, for most layers.
struct AsMatrix {
  template <class Batch>
  Batch& operator()(Batch& batch) const {
    return batch;
  }
};

// Groups of neighbouring features as channels, for InstanceNorm: they lie as N×C×W in PyTorch.
struct AsChannels {
  Index groups;

  template <class S>
  et::Channels<S> operator()(Output<S>& batch) const {
    return {batch.data(), batch.cols(), 1, groups, batch.rows() / groups, batch.outerStride()};
  }
  template <class S>
  et::Channels<const S> operator()(const Input<S>& batch) const {
    return {batch.data(), batch.cols(), 1, groups, batch.rows() / groups, batch.outerStride()};
  }
};

// Every group of every sample as a column.
struct AsColumns {
  Index groups;

  template <class S>
  Eigen::Map<Matrix<S>> operator()(Output<S>& batch) const {
    return {batch.data(), batch.rows() / groups, groups * batch.cols()};
  }
  template <class S>
  Eigen::Map<const Matrix<S>> operator()(const Input<S>& batch) const {
    return {batch.data(), batch.rows() / groups, groups * batch.cols()};
  }
};

template <class S, class Norm, class View = AsMatrix>
class NormLayer : public Layer<S> {
 public:
  template <class Options>
  NormLayer(Index features, const Options& options, const View& view = {})
      : view_(view), norm_(features, options) {}

  void forward(const Input<S>& x, Output<S> y, et::Generator&) override {
    norm_.forward(view_(x), view_(y));
  }
  void evaluate(Output<S> y) const override { norm_.evaluate(view_(y), view_(y)); }
  void backward(Output<S> gradient) override { norm_.backward(view_(gradient), view_(gradient)); }

  void add_to(et::Parameters<S>& parameters, const std::string& name) override {
    norm_.add_to(parameters, name);
  }
  et::RunningStatistics<S>* statistics() override {
    if constexpr (requires { norm_.tracks(); }) {
      if (!norm_.tracks()) return nullptr;
    }
    if constexpr (std::is_base_of_v<et::RunningStatistics<S>, Norm>) return &norm_;
    return nullptr;
  }

 private:
  View view_;
  Norm norm_;
};

template <class S, class Dropout, class View = AsMatrix>
class DropoutLayer : public Layer<S> {
 public:
  template <class Options>
  explicit DropoutLayer(const Options& options, const View& view = {})
      : view_(view), dropout_(options) {}

  void forward(const Input<S>& x, Output<S> y, et::Generator& random) override {
    dropout_.forward(view_(x), view_(y), random);
  }
  void evaluate(Output<S>) const override {}
  void backward(Output<S> gradient) override {
    dropout_.backward(view_(gradient), view_(gradient));
  }

 private:
  View view_;
  Dropout dropout_;
};

inline void require_groups(Index groups, Index features, Index smallest, const char* what) {
  et::require(groups >= 1 && features % groups == 0 && features / groups >= smallest, what,
              ": a hidden layer of ", features, " can't be divided into ", groups,
              " groups of equal size",
              smallest > 1 ? et::message(" with at least ", smallest, " values") : std::string());
}

}  // namespace detail

template <class S>
std::unique_ptr<Layer<S>> make_norm(const NormOptions& o) {
  const auto epsilon = [&](auto options) {
    if (o.epsilon) options.epsilon = *o.epsilon;
    return options;
  };
  switch (o.kind) {
    case NormKind::none:
      return nullptr;
    case NormKind::batch:
      return std::make_unique<detail::NormLayer<S, et::BatchNorm<S>>>(
          o.features, epsilon(et::BatchNormOptions{.momentum = o.momentum}));
    case NormKind::layer:
      return std::make_unique<detail::NormLayer<S, et::LayerNorm<S>>>(
          o.features, epsilon(et::LayerNormOptions{}));
    case NormKind::group:
      detail::require_groups(o.groups, o.features, 2, "group norm");
      return std::make_unique<detail::NormLayer<S, et::GroupNorm<S>>>(
          o.features, epsilon(et::GroupNormOptions{.groups = o.groups}));
    case NormKind::instance:
      detail::require_groups(o.groups, o.features, 2, "instance norm");
      return std::make_unique<detail::NormLayer<S, et::InstanceNorm<S>, detail::AsChannels>>(
          o.groups, epsilon(et::InstanceNormOptions{}), detail::AsChannels{o.groups});
    case NormKind::rms:
      return std::make_unique<detail::NormLayer<S, et::RmsNorm<S>>>(o.features,
                                                                    epsilon(et::RmsNormOptions{}));
  }
  et::require(false, "make_norm: kind must be one of NormKind's names");
  return nullptr;
}

template <class S>
std::unique_ptr<Layer<S>> make_dropout(const DropoutOptions& o) {
  if (o.rate == 0.0) return nullptr;
  switch (o.kind) {
    case DropoutKind::plain:
      return std::make_unique<detail::DropoutLayer<S, et::Dropout<S>>>(et::DropoutOptions{o.rate});
    case DropoutKind::alpha:
      return std::make_unique<detail::DropoutLayer<S, et::AlphaDropout<S>>>(
          et::AlphaDropoutOptions{o.rate});
    case DropoutKind::gaussian:
      return std::make_unique<detail::DropoutLayer<S, et::GaussianDropout<S>>>(
          et::GaussianDropoutOptions{o.rate});
    case DropoutKind::channel:
      detail::require_groups(o.groups, o.features, 1, "channel dropout");
      return std::make_unique<detail::DropoutLayer<S, et::ChannelDropout<S>, detail::AsColumns>>(
          et::ChannelDropoutOptions{
              .rate = o.rate, .channel_axis = 1, .sample_axis = et::NoAxis::none},
          detail::AsColumns{o.groups});
    case DropoutKind::drop_path:
      return std::make_unique<detail::DropoutLayer<S, et::DropPath<S>>>(
          et::DropPathOptions{.rate = o.rate});
  }
  et::require(false, "make_dropout: kind must be one of DropoutKind's names");
  return nullptr;
}

}  // namespace mlp
