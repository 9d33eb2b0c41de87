// SPDX-License-Identifier: MIT
// A recipe as it is written for PyTorch: AdamW with decay for matrices only, a warm-up and
// a cosine, clipped gradients, two micro-batches a step, an average of the weights for evaluation.
// The network and its data are those of tests/golden/recipe.py, and so are the numbers printed.

#include <cmath>
#include <cstdio>

#include "eigentrain/eigentrain.hpp"

namespace et = eigentrain;

constexpr int hidden = 32, samples = 256, steps = 1000;

struct Network {
  Eigen::MatrixXd W1{hidden, 1}, dW1{hidden, 1}, W2{1, hidden}, dW2{1, hidden};
  Eigen::VectorXd b1{hidden}, db1{hidden}, b2{1}, db2{1};

  // The mean squared error, and its gradients.
  double loss(const Eigen::RowVectorXd& x, const Eigen::RowVectorXd& y) {
    const double n = static_cast<double>(x.size());
    const Eigen::MatrixXd active = ((W1 * x).colwise() + b1).array().tanh();
    const Eigen::MatrixXd error = ((W2 * active).colwise() + b2) - y;
    const Eigen::MatrixXd delta = error * (2.0 / n);
    const Eigen::MatrixXd hidden_delta =
        (W2.transpose() * delta).array() * (1.0 - active.array().square());
    dW2 = delta * active.transpose();
    db2 = delta.rowwise().sum();
    dW1 = hidden_delta * x.transpose();
    db1 = hidden_delta.rowwise().sum();
    return error.squaredNorm() / n;
  }
};

int main() {
  Network net;
  for (int k = 0; k < hidden; ++k) {  // no random numbers, which differ between the frameworks
    net.W1(k, 0) = std::sin(1.0 + k);
    net.W2(0, k) = 0.3 * std::cos(2.0 * k);
  }
  net.b1.setZero();
  net.b2.setZero();
  const Eigen::RowVectorXd x = Eigen::RowVectorXd::LinSpaced(samples, -3.0, 2.0);
  const Eigen::RowVectorXd y = (2.0 * x.array()).sin();
  constexpr int half = samples / 2;  // the samples at even places, and those at odd ones
  const Eigen::RowVectorXd x_of[] = {x(Eigen::seqN(0, half, 2)), x(Eigen::seqN(1, half, 2))};
  const Eigen::RowVectorXd y_of[] = {y(Eigen::seqN(0, half, 2)), y(Eigen::seqN(1, half, 2))};

  et::Parameters<double> parameters;
  parameters.add("fc1.weight", net.W1, net.dW1);
  parameters.add("fc1.bias", net.b1, net.db1, {.weight_decay = false});
  parameters.add("fc2.weight", net.W2, net.dW2);
  parameters.add("fc2.bias", net.b2, net.db2, {.weight_decay = false});

  const et::Schedule rate = et::warmup(
      {.steps = 100,
       .start = 1e-4,
       .then = et::cosine_decay({.initial = 1e-2, .final = 1e-3, .steps = steps - 100})});
  auto optimizer = et::chain<double>(
      et::accumulate(2), et::clip_by_global_norm(1.0),
      et::adamw({.learning_rate = rate, .beta1 = 0.9, .beta2 = 0.95, .weight_decay = 0.1}),
      et::ema_parameters({.decay = 0.99}));

  for (int step = 0; step < steps; ++step) {
    for (int part = 0; part < 2; ++part) {
      net.loss(x_of[part], y_of[part]);
      optimizer.step(parameters);  // gathers the first, steps by the mean with the second
    }
    if (step % 200 == 199) {
      const double averaged =
          et::with_averages(optimizer, parameters, [&] { return net.loss(x, y); });
      std::printf("step %4d  loss %.9f  of the average %.9f\n", step + 1, net.loss(x, y), averaged);
    }
  }
}
