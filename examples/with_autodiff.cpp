// SPDX-License-Identifier: MIT
// Gradients by Eigen's AutoDiff, which comes with Eigen: four numbers of a damped oscillation are
// found in 200 noisy samples of it.

#include <Eigen/Core>
#include <cmath>
#include <cstdio>
#include <unsupported/Eigen/AutoDiff>

#include "eigentrain/eigentrain.hpp"

namespace et = eigentrain;

// The mean squared error of y(t) = a·exp(−k·t)·cos(ω·t + φ), for p = (a, k, ω, φ). T is double, or
// a number that carries its four derivatives along.
template <class T>
T loss(const Eigen::Matrix<T, 4, 1>& p, const Eigen::VectorXd& t, const Eigen::VectorXd& y) {
  using std::cos, std::exp;
  T sum = T(0.0);
  for (Eigen::Index i = 0; i < t.size(); ++i) {
    const T decay = exp(p[1] * -t[i]);
    const T phase = p[2] * t[i] + p[3];
    const T error = p[0] * decay * cos(phase) - y[i];
    sum += error * error;
  }
  return sum / static_cast<double>(t.size());
}

int main() {
  const Eigen::VectorXd t = Eigen::VectorXd::LinSpaced(200, 0.0, 10.0);
  Eigen::VectorXd noise(200);
  et::Generator random(7);
  et::fill_normal(noise.data(), noise.size(), 0.0, 0.02, random);
  const Eigen::VectorXd y =
      2.0 * (-0.3 * t.array()).exp() * (1.5 * t.array() + 0.4).cos() + noise.array();

  Eigen::Vector4d p(1.0, 0.1, 1.3, 0.0), dp;  // a, k, ω, φ: a guess
  et::Parameters<double> parameters;
  parameters.add("oscillation", p, dp);

  constexpr int steps = 600;
  et::Adam<double> optimizer(
      {.learning_rate = et::cosine_decay({.initial = 0.05, .steps = steps})});
  for (int step = 0; step <= steps; ++step) {
    using Number = Eigen::AutoDiffScalar<Eigen::Vector4d>;
    Eigen::Matrix<Number, 4, 1> q;
    for (int i = 0; i < 4; ++i) q[i] = Number(p[i], 4, i);  // dqᵢ/dpᵢ is 1
    const Number error = loss(q, t, y);
    dp = error.derivatives();
    if (step % 100 == 0) std::printf("step %3d  loss %.6f\n", step, error.value());
    optimizer.step(parameters);
  }
  std::printf("a %.3f  k %.3f  omega %.3f  phi %.3f\n", p[0], p[1], p[2], p[3]);
}
