// SPDX-License-Identifier: MIT
// Are gradients written by hand right? Each of them against a difference of two losses.

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "eigentrain/eigentrain.hpp"

namespace et = eigentrain;

// A layer of four units behind tanh, and half the squared error. In double: a difference of two
// losses has half of a number's digits, and float has too few.
struct Layer {
  Eigen::MatrixXd W{4, 3}, dW{4, 3};
  Eigen::VectorXd b{4}, db{4};

  double loss(const Eigen::MatrixXd& x, const Eigen::MatrixXd& y) {
    const Eigen::MatrixXd out = ((W * x).colwise() + b).array().tanh();
    const Eigen::MatrixXd delta = (out - y).array() * (1.0 - out.array().square());
    dW = delta * x.transpose();
    db = delta.rowwise().sum();
    return 0.5 * (out - y).squaredNorm();
  }
};

// The largest difference between a gradient and (L(p + h) − L(p − h)) / 2h, for the values of one
// tensor, as a share of the largest gradient.
template <class Loss>
double gradient_error(Eigen::Ref<Eigen::VectorXd> values, const Eigen::VectorXd& gradient,
                      const Loss& loss) {
  constexpr double h = 1e-6;
  double worst = 0.0;
  for (Eigen::Index i = 0; i < values.size(); ++i) {
    const double kept = values[i];
    values[i] = kept + h;
    const double above = loss();
    values[i] = kept - h;
    const double below = loss();
    values[i] = kept;
    worst = std::max(worst, std::abs((above - below) / (2.0 * h) - gradient[i]));
  }
  return worst / gradient.cwiseAbs().maxCoeff();
}

int main() {
  Layer layer;
  et::Generator random(1);
  et::xavier_uniform(layer.W, random);
  et::uniform(layer.b, random, -0.5, 0.5);
  Eigen::MatrixXd x(3, 10), y(4, 10);
  et::fill_normal(x.data(), x.size(), 0.0, 1.0, random);
  et::fill_normal(y.data(), y.size(), 0.0, 0.5, random);

  const auto loss = [&] { return layer.loss(x, y); };
  loss();
  const Eigen::VectorXd dW = layer.dW.reshaped(), db = layer.db;  // the next call overwrites them
  const double in_W = gradient_error(layer.W.reshaped(), dW, loss);
  const double in_b = gradient_error(layer.b, db, loss);
  std::printf("weight %.1e  bias %.1e\n", in_W, in_b);
  return in_W < 1e-7 && in_b < 1e-7 ? 0 : 1;
}
