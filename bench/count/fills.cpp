// SPDX-License-Identifier: MIT
// Random fills, and a schedule.
#include <Eigen/Core>

#include "count.hpp"
#include "eigentrain/init/normal.hpp"
#include "eigentrain/init/uniform.hpp"
#include "eigentrain/schedule/cosine.hpp"
#include "eigentrain/schedule/warmup.hpp"

namespace et = eigentrain;

int main() {
  count_with_avx2();
  Eigen::VectorXf values(100'000);
  et::Generator random(42);
  count("uniform, 100000", [&] { et::uniform(values, random, -1.0, 1.0); });
  count("normal, 100000", [&] { et::normal(values, random, 0.0, 1.0); });

  const et::Schedule rate =
      et::warmup({.steps = 500, .then = et::cosine_decay({.initial = 1e-3, .steps = 10'000})});
  volatile double last = 0.0;
  count("warmup and cosine_decay, 1000 steps", [&] {
    for (int step = 0; step < 10'000; step += 10) last = rate(step);
  });
}
