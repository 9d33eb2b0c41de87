// SPDX-License-Identifier: MIT
// Steps of optimizers.
#include "count.hpp"
#include "eigentrain/optim/adam.hpp"
#include "eigentrain/optim/adamw.hpp"
#include "eigentrain/optim/lion.hpp"
#include "eigentrain/optim/rms_prop.hpp"
#include "eigentrain/optim/sgd.hpp"

namespace et = eigentrain;

int main() {
  count_with_avx2();
  count_step("Sgd", et::Sgd<float>({.learning_rate = 0.1}));
  count_step("Sgd with momentum", et::Sgd<float>({.learning_rate = 0.1, .momentum = 0.9}));
  count_step("RmsProp", et::RmsProp<float>({}));
  count_step("Adam", et::Adam<float>({}));
  count_step("AdamW", et::AdamW<float>({}));
  count_step("Lion", et::Lion<float>({}));
}
