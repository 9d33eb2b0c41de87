// SPDX-License-Identifier: MIT
// A network with one hidden layer learns the sine from 256 points. The gradients are written by
// hand; the rest is the library's.

#include <cstdio>

#include "eigentrain/eigentrain.hpp"

namespace et = eigentrain;

int main() {
  Eigen::MatrixXf W1(32, 1), dW1(32, 1), W2(1, 32), dW2(1, 32);
  Eigen::VectorXf b1(32), db1(32), b2(1), db2(1);

  et::Generator random(42);
  et::xavier_uniform(W1, random, {.gain = 5.0 / 3.0});  // for tanh
  et::xavier_uniform(W2, random);
  b1.setZero();
  b2.setZero();

  et::Parameters<float> parameters;  // views, never copies
  parameters.add("fc1.weight", W1, dW1);
  parameters.add("fc1.bias", b1, db1, {.weight_decay = false});
  parameters.add("fc2.weight", W2, dW2);
  parameters.add("fc2.bias", b2, db2, {.weight_decay = false});

  constexpr int steps = 2000;
  et::AdamW<float> optimizer(
      {.learning_rate = et::cosine_decay({.initial = 0.01, .steps = steps}), .weight_decay = 1e-4});

  const Eigen::RowVectorXf x = Eigen::RowVectorXf::LinSpaced(256, -3.0f, 3.0f);
  const Eigen::RowVectorXf y = x.array().sin();
  for (int step = 0; step <= steps; ++step) {
    const Eigen::MatrixXf hidden = ((W1 * x).colwise() + b1).array().tanh();
    const Eigen::MatrixXf error = ((W2 * hidden).colwise() + b2) - y;
    if (step % 400 == 0) std::printf("step %4d  loss %.6f\n", step, error.squaredNorm() / 256);

    const Eigen::MatrixXf delta = error * (2.0f / 256);
    const Eigen::MatrixXf hidden_delta =
        (W2.transpose() * delta).array() * (1 - hidden.array().square());
    dW2 = delta * hidden.transpose();
    db2 = delta.rowwise().sum();
    dW1 = hidden_delta * x.transpose();
    db1 = hidden_delta.rowwise().sum();
    optimizer.step(parameters);
  }
}
