// SPDX-License-Identifier: MIT
// The four optimizers for ONE parameter, written from their papers in plain double arithmetic, as
// an oracle. They share no code with the library and are made to be read beside the paper, not to
// be fast: std::pow at every step, hats computed as hats, no folding of one factor into another.
#pragma once

#include <algorithm>
#include <cmath>

namespace reference {

/// Stochastic gradient descent. Momentum: Polyak (1964) in PyTorch's form, where the first buffer
/// is the gradient and the learning rate stays outside; Nesterov as in Sutskever et al. (2013).
struct Sgd {
  double momentum = 0.0;
  double dampening = 0.0;
  bool nesterov = false;
  double weight_decay = 0.0;

  double buffer = 0.0;
  long steps = 0;

  double step(double p, double gradient, double learning_rate) {
    ++steps;
    const double g = gradient + weight_decay * p;
    if (momentum == 0.0) return p - learning_rate * g;
    buffer = steps == 1 ? g : momentum * buffer + (1.0 - dampening) * g;
    return p - learning_rate * (nesterov ? g + momentum * buffer : buffer);
  }
};

/// RMSProp (Tieleman & Hinton 2012); centered as in Graves (2013), where the mean of the gradient
/// squared is taken off the mean of its square. PyTorch's form: ε outside the root.
struct RmsProp {
  double alpha = 0.99;
  double epsilon = 1e-8;
  double momentum = 0.0;
  bool centered = false;
  double weight_decay = 0.0;

  double square = 0.0;
  double mean = 0.0;
  double buffer = 0.0;

  double step(double p, double gradient, double learning_rate) {
    const double g = gradient + weight_decay * p;
    square = alpha * square + (1.0 - alpha) * g * g;
    mean = alpha * mean + (1.0 - alpha) * g;
    const double variance = centered ? std::max(square - mean * mean, 0.0) : square;
    const double direction = g / (std::sqrt(variance) + epsilon);
    buffer = momentum * buffer + direction;
    return p - learning_rate * buffer;
  }
};

/// Adam, algorithm 1 of Kingma & Ba (2015); AMSGrad (Reddi et al. 2018) in PyTorch's form, the
/// largest second moment before its correction; weight decay coupled as L2, or, as in Loshchilov &
/// Hutter (2019), decoupled from the gradient.
struct Adam {
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  bool amsgrad = false;
  double weight_decay = 0.0;
  bool decoupled = false;

  double first = 0.0;
  double second = 0.0;
  double largest = 0.0;
  long t = 0;

  double step(double p, double gradient, double learning_rate) {
    ++t;
    const double g = decoupled ? gradient : gradient + weight_decay * p;
    first = beta1 * first + (1.0 - beta1) * g;
    second = beta2 * second + (1.0 - beta2) * g * g;
    largest = std::max(largest, second);
    const double first_hat = first / (1.0 - std::pow(beta1, static_cast<double>(t)));
    const double second_hat =
        (amsgrad ? largest : second) / (1.0 - std::pow(beta2, static_cast<double>(t)));
    const double decay = decoupled ? learning_rate * weight_decay * p : 0.0;
    return p - learning_rate * first_hat / (std::sqrt(second_hat) + epsilon) - decay;
  }
};

}  // namespace reference
