// SPDX-License-Identifier: MIT
// Steps of optimizers.
#include <Eigen/Core>

#include "count.hpp"
#include "eigentrain/gradient/clip_norm.hpp"
#include "eigentrain/optim/adam.hpp"
#include "eigentrain/optim/adamw.hpp"
#include "eigentrain/optim/lion.hpp"
#include "eigentrain/optim/rms_prop.hpp"
#include "eigentrain/optim/sgd.hpp"

namespace et = eigentrain;

namespace {

template <class Optimizer>
void count_step(const std::string& name, Optimizer optimizer) {
  for (const Eigen::Index size : {1'000, 100'000}) {
    Eigen::VectorXf p = Eigen::VectorXf::Ones(size);
    Eigen::VectorXf g = Eigen::VectorXf::LinSpaced(size, -1.0f, 1.0f);
    et::Parameters<float> parameters;
    parameters.add("p", p, g);
    Optimizer fresh = optimizer;
    count(name + " step, " + std::to_string(size), [&] { fresh.step(parameters); });
  }
}

}  // namespace

int main() {
  count_with_avx2();
  count_step("Sgd", et::Sgd<float>({.learning_rate = 0.1}));
  count_step("Sgd with momentum", et::Sgd<float>({.learning_rate = 0.1, .momentum = 0.9}));
  count_step("RmsProp", et::RmsProp<float>({}));
  count_step("Adam", et::Adam<float>({}));
  count_step("AdamW", et::AdamW<float>({}));
  count_step("Lion", et::Lion<float>({}));
  count_step("clip_by_global_norm and Sgd",
             et::chain<float>(et::clip_by_global_norm(1.0), et::sgd({.learning_rate = 0.1})));
}
