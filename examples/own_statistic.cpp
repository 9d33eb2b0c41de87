// SPDX-License-Identifier: MIT
// Two more transforms of one's own: one that looks at all gradients before the pass, and one whose
// rule differs from tensor to tensor. A matrix and a vector walk towards a target.

#include <cmath>
#include <cstdio>

#include "eigentrain/eigentrain.hpp"

namespace et = eigentrain;

// Normalized gradients: u ← u/‖u‖ over all parameters together, so that every step has the length
// of the learning rate.
struct Normalize {
  struct Measurement {
    double norm = 0.0;
  };

  template <class Stream>
  void measure(const Stream& stream, Measurement& measured) const {
    measured.norm = std::sqrt(stream.sum([](const auto& u, const auto&) { return u * u; }));
  }

  template <class S>
  auto at(const et::Step&, const Measurement& measured) const {
    const double factor = measured.norm > 0.0 ? 1.0 / measured.norm : 1.0;
    return [factor = S(factor)](const auto& u, const auto&) { return factor * u; };
  }
};

// The wider a matrix, the smaller its steps: by the number of its inputs, as in Yang et al.,
// "Tensor Programs V", 2022, for Adam. Vectors stay as they are.
struct ScaleByInputs {
  double base = 10.0;  // inputs for which the rate is right as it is

  template <class S>
  auto at(const et::Step&) const {
    return et::per_tensor([base = base](const et::Tensor<S>& tensor) {
      const auto inputs = static_cast<double>(tensor.parameter.size() / tensor.units);
      const double factor = tensor.is_matrix() ? base / inputs : 1.0;
      return [factor = S(factor)](const auto& u, const auto&) { return factor * u; };
    });
  }
};

int main() {
  Eigen::MatrixXf W = Eigen::MatrixXf::Zero(20, 40), dW(20, 40);
  Eigen::VectorXf b = Eigen::VectorXf::Zero(20), db(20);
  et::Parameters<float> parameters;
  parameters.add("W", W, dW);
  parameters.add("b", b, db);

  auto optimizer = et::chain<float>(Normalize{}, ScaleByInputs{}, et::descend(0.5));
  for (int step = 0; step <= 100; ++step) {
    dW = W.array() - 0.5f;  // of half the squared distance to (0.5, 0.5, …)
    db = b.array() - 0.5f;
    optimizer.step(parameters);
    if (step % 20 == 0) {
      std::printf("step %3d  norm %.4f  W %.4f  b %.4f\n", step,
                  optimizer.measured<Normalize>().norm, static_cast<double>(W(0, 0)),
                  static_cast<double>(b(0)));
    }
  }
}
