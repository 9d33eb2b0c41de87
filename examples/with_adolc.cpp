// SPDX-License-Identifier: MIT
// Gradients by ADOL-C, in reverse mode: the network of quickstart.cpp without a line of calculus.
// Needs ADOL-C (Debian: libadolc-dev).

#include <adolc/adolc.h>

#include <cmath>
#include <cstdio>
#include <vector>

#include "eigentrain/eigentrain.hpp"

namespace et = eigentrain;

// 32 hidden units: W₁, b₁ and W₂ have 32 values each, b₂ has one; w holds them in this order. T is
// double or ADOL-C's adouble.
constexpr int units = 32, weights = 3 * units + 1;

template <class T>
T loss(const T* w, const Eigen::RowVectorXd& x, const Eigen::RowVectorXd& y) {
  using std::tanh;
  T sum = 0.0;
  for (Eigen::Index i = 0; i < x.size(); ++i) {
    T error = w[3 * units] - y[i];
    for (int k = 0; k < units; ++k) error += w[2 * units + k] * tanh(w[k] * x[i] + w[units + k]);
    sum += error * error;
  }
  return sum / static_cast<double>(x.size());
}

int main() {
  // ADOL-C wants all weights in one array; the library takes parts of it as well as matrices.
  Eigen::VectorXd w(weights), dw(weights);
  Eigen::Map<Eigen::MatrixXd> W1(w.data(), units, 1), W2(w.data() + 2 * units, 1, units);
  Eigen::Map<Eigen::MatrixXd> dW1(dw.data(), units, 1), dW2(dw.data() + 2 * units, 1, units);

  et::Generator random(42);
  w.setZero();
  et::xavier_uniform(W1, random, {.gain = 5.0 / 3.0});
  et::xavier_uniform(W2, random);

  et::Parameters<double> parameters;
  parameters.add("fc1.weight", W1, dW1);
  parameters.add("fc1.bias", w.segment(units, units), dw.segment(units, units),
                 {.weight_decay = false});
  parameters.add("fc2.weight", W2, dW2);
  parameters.add("fc2.bias", w.tail(1), dw.tail(1), {.weight_decay = false});

  const Eigen::RowVectorXd x = Eigen::RowVectorXd::LinSpaced(256, -3.0, 3.0);
  const Eigen::RowVectorXd y = x.array().sin();

  // What is computed is recorded once: the same operations come for all weights.
  constexpr short tape = 1;
  double value = 0.0;
  trace_on(tape);
  std::vector<adouble> recorded(weights);
  for (int i = 0; i < weights; ++i) recorded[static_cast<std::size_t>(i)] <<= w[i];
  loss(recorded.data(), x, y) >>= value;
  trace_off();

  constexpr int steps = 2000;
  et::AdamW<double> optimizer(
      {.learning_rate = et::cosine_decay({.initial = 0.01, .steps = steps}), .weight_decay = 1e-4});
  for (int step = 0; step <= steps; ++step) {
    if (step % 400 == 0) std::printf("step %4d  loss %.6f\n", step, loss(w.data(), x, y));
    gradient(tape, weights, w.data(), dw.data());
    optimizer.step(parameters);
  }
}
