// SPDX-License-Identifier: MIT
// A step that measures all gradients first.
#include "count.hpp"
#include "eigentrain/gradient/clip_norm.hpp"
#include "eigentrain/optim/sgd.hpp"

namespace et = eigentrain;

int main() {
  count_with_avx2();
  count_step("clip_by_global_norm and Sgd",
             et::chain<float>(et::clip_by_global_norm(1.0), et::sgd({.learning_rate = 0.1})));
}
