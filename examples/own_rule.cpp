// SPDX-License-Identifier: MIT
// An optimizer of one's own: the rule of Lion (Chen et al. 2023), written for one element. It finds
// the centre of a bowl and says how far away it still is.

#include <cstdio>

#include "eigentrain/eigentrain.hpp"

namespace et = eigentrain;

struct Lion {
  double beta1 = 0.9, beta2 = 0.99;
  static constexpr int slots = 1;  // one state value for each parameter
  template <class S>
  auto at(const et::Step&) const {
    return [b1 = S(beta1), b2 = S(beta2)](const auto& u, const auto&, auto& m) {
      const auto direction = sign(b1 * m + (1 - b1) * u);
      m = b2 * m + (1 - b2) * u;
      return direction;
    };
  }
};

int main() {
  Eigen::VectorXf x = Eigen::VectorXf::LinSpaced(100, -1.0f, 1.0f), dx(100);
  et::Parameters<float> parameters;
  parameters.add("x", x, dx);

  constexpr int steps = 500;
  auto optimizer =
      et::chain<float>(et::clip_by_global_norm(1.0), Lion{}, et::decay_weights(0.1),
                       et::descend(et::cosine_decay({.initial = 0.01, .steps = steps})));
  for (int step = 0; step <= steps; ++step) {
    if (step % 100 == 0)
      std::printf("step %3d  distance %.6f\n", step, (x.array() - 0.5f).matrix().norm());
    dx = x.array() - 0.5f;  // of half the squared distance to (0.5, 0.5, …)
    optimizer.step(parameters);
  }
}
