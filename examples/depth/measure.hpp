// SPDX-License-Identifier: MIT
// A deep network without biases, ways to start its weights, and what becomes of a signal in it.
#pragma once

#include <Eigen/Core>
#include <cmath>
#include <stdexcept>
#include <vector>

#include "eigentrain/init/he.hpp"
#include "eigentrain/init/lsuv.hpp"
#include "eigentrain/init/normal.hpp"
#include "eigentrain/init/orthogonal.hpp"
#include "eigentrain/init/xavier.hpp"

namespace depth {

enum class Activation { tanh, relu };

/// y_l = W_l·x_(l−1), x_l = f(y_l) for the layers l = 1, 2, …; x_0 is the input.
using Weights = std::vector<Eigen::MatrixXf>;

inline Eigen::MatrixXf activate(Activation f, const Eigen::MatrixXf& y) {
  if (f == Activation::tanh) return y.array().tanh();
  return y.cwiseMax(0.0f);
}

/// A way to start all layers of a network.
struct Way {
  const char* name;
  void (*start)(Weights&, Activation, const Eigen::MatrixXf& input, eigentrain::Generator&);
};

namespace detail {

// gain 1 and, for LSUV, the variance of y.
inline double gain(Activation f) {
  return f == Activation::relu ? eigentrain::gains::relu : eigentrain::gains::linear;
}

inline void start_lsuv(Weights& W, Activation f, const Eigen::MatrixXf& input,
                       eigentrain::Generator& random) {
  Eigen::MatrixXf x = input;
  std::size_t arrived = 0;  // the layer that x goes into
  eigentrain::lsuv(W, random,
                   [&](std::size_t layer) {
                     for (; arrived < layer; ++arrived) x = activate(f, W[arrived] * x);
                     return W[layer] * x;
                   },
                   {.tolerance = 0.01});
}

}  // namespace detail

/// The six ways of the comparison. Xavier and orthogonal have the gain 1 for tanh; for ReLU
/// orthogonal has √2, and He has it for both, as by default.
inline const std::vector<Way>& ways() {
  using eigentrain::Generator;
  using Input = Eigen::MatrixXf;
  static const std::vector<Way> all = {
      {"N(0, 0.01^2)",
       [](Weights& weights, Activation, const Input&, Generator& random) {
         for (auto& W : weights) eigentrain::normal(W, random, 0.0, 0.01);
       }},
      {"N(0, 1)",
       [](Weights& weights, Activation, const Input&, Generator& random) {
         for (auto& W : weights) eigentrain::normal(W, random, 0.0, 1.0);
       }},
      {"Xavier",
       [](Weights& weights, Activation, const Input&, Generator& random) {
         for (auto& W : weights) eigentrain::xavier_normal(W, random);
       }},
      {"He",
       [](Weights& weights, Activation, const Input&, Generator& random) {
         for (auto& W : weights) eigentrain::he_normal(W, random);
       }},
      {"orthogonal",
       [](Weights& weights, Activation f, const Input&, Generator& random) {
         for (auto& W : weights) eigentrain::orthogonal(W, random, {.gain = detail::gain(f)});
       }},
      {"LSUV", detail::start_lsuv},
  };
  return all;
}

/// Standard deviations in one layer, over all units and samples.
struct LayerStd {
  double activation;       ///< of x_l
  double gradient;         ///< of the loss's gradient by x_l; in the last layer it is given
  double weight_gradient;  ///< of the loss's gradient by W_l, summed over the samples
};

/// In double: the squares of what vanishes are below the smallest float.
inline double standard_deviation(const Eigen::MatrixXf& values) {
  const Eigen::ArrayXXd wide = values.cast<double>().array();
  return std::sqrt((wide - wide.mean()).square().mean());
}

/// Sends the input through the network and the gradient back. Throws std::invalid_argument without
/// layers, or if the shapes don't fit each other.
inline std::vector<LayerStd> measure(const Weights& W, Activation f, const Eigen::MatrixXf& input,
                                     const Eigen::MatrixXf& gradient) {
  const std::size_t depth = W.size();
  if (depth == 0) throw std::invalid_argument("measure: the network has no layers");
  std::vector<Eigen::MatrixXf> x(depth + 1);
  x[0] = input;
  for (std::size_t l = 0; l < depth; ++l) {
    if (W[l].cols() != x[l].rows()) {
      throw std::invalid_argument("measure: a layer takes other inputs than it gets");
    }
    x[l + 1] = activate(f, W[l] * x[l]);
  }
  if (gradient.rows() != x[depth].rows() || gradient.cols() != x[depth].cols()) {
    throw std::invalid_argument("measure: the gradient must have the shape of the last output");
  }
  std::vector<LayerStd> result(depth);
  Eigen::MatrixXf g = gradient;  // by x_l, then by y_l
  for (std::size_t l = depth; l-- > 0;) {
    result[l].activation = standard_deviation(x[l + 1]);
    result[l].gradient = standard_deviation(g);
    const Eigen::ArrayXXf out = x[l + 1].array();
    if (f == Activation::tanh) {
      g = (g.array() * (1.0f - out.square())).matrix().eval();
    } else {
      g = (out > 0.0f).select(g, 0.0f).eval();
    }
    result[l].weight_gradient = standard_deviation(g * x[l].transpose());
    g = (W[l].transpose() * g).eval();
  }
  return result;
}

}  // namespace depth
