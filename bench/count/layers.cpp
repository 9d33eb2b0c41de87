// SPDX-License-Identifier: MIT
// Passes through layers.
#include <Eigen/Core>

#include "count.hpp"
#include "eigentrain/init/uniform.hpp"
#include "eigentrain/layers/batch_norm.hpp"
#include "eigentrain/layers/dropout.hpp"

namespace et = eigentrain;

int main() {
  count_with_avx2();
  Eigen::MatrixXf x(128, 256), y(128, 256);
  et::Generator random(42);
  et::uniform(x, random, -1.0, 1.0);
  et::Dropout<float> dropout({.rate = 0.5});
  count("Dropout forward, 128 x 256", [&] { dropout.forward(x, y, random); });
  count("Dropout backward, 128 x 256", [&] { dropout.backward(x, y); });
  et::BatchNorm<float> norm(128);
  count("BatchNorm forward, 128 x 256", [&] { norm.forward(x, y); });
  count("BatchNorm backward, 128 x 256", [&] { norm.backward(x, y); });
}
