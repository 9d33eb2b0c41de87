// SPDX-License-Identifier: MIT
// How many instructions does one operation take? scripts/count.sh runs this under callgrind, which
// counts between the marks below, and compares with bench/count/baseline.txt. Valgrind knows no
// AVX-512: the kernels run with AVX2. Every operation runs once before it is counted, so that
// memory and state are there.
#include <valgrind/callgrind.h>

#include <Eigen/Core>
#include <string>

#include "eigentrain/gradient/clip_norm.hpp"
#include "eigentrain/init/normal.hpp"
#include "eigentrain/init/uniform.hpp"
#include "eigentrain/layers/batch_norm.hpp"
#include "eigentrain/layers/dropout.hpp"
#include "eigentrain/optim/adam.hpp"
#include "eigentrain/optim/adamw.hpp"
#include "eigentrain/optim/lion.hpp"
#include "eigentrain/optim/rms_prop.hpp"
#include "eigentrain/optim/sgd.hpp"
#include "eigentrain/schedule/cosine.hpp"
#include "eigentrain/schedule/warmup.hpp"

namespace et = eigentrain;

namespace {

template <class Operation>
void count(const std::string& name, const Operation& operation) {
  operation();
  CALLGRIND_ZERO_STATS;
  CALLGRIND_TOGGLE_COLLECT;
  operation();
  CALLGRIND_TOGGLE_COLLECT;
  CALLGRIND_DUMP_STATS_AT(name.c_str());
}

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

void count_steps() {
  count_step("Sgd", et::Sgd<float>({.learning_rate = 0.1}));
  count_step("Sgd with momentum", et::Sgd<float>({.learning_rate = 0.1, .momentum = 0.9}));
  count_step("RmsProp", et::RmsProp<float>({}));
  count_step("Adam", et::Adam<float>({}));
  count_step("AdamW", et::AdamW<float>({}));
  count_step("Lion", et::Lion<float>({}));
  count_step("clip_by_global_norm and Sgd",
             et::chain<float>(et::clip_by_global_norm(1.0), et::sgd({.learning_rate = 0.1})));
}

void count_fills() {
  Eigen::VectorXf values(100'000);
  et::Generator random(42);
  count("uniform, 100000", [&] { et::uniform(values, random, -1.0, 1.0); });
  count("normal, 100000", [&] { et::normal(values, random, 0.0, 1.0); });
}

void count_layers() {
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

void count_schedule() {
  const et::Schedule rate =
      et::warmup({.steps = 500, .then = et::cosine_decay({.initial = 1e-3, .steps = 10'000})});
  volatile double last = 0.0;
  count("warmup and cosine_decay, 1000 steps", [&] {
    for (int step = 0; step < 10'000; step += 10) last = rate(step);
  });
}

}  // namespace

int main() {
  if (et::best_simd_level() >= et::SimdLevel::avx2) et::set_simd_level(et::SimdLevel::avx2);
  count_steps();
  count_fills();
  count_layers();
  count_schedule();
}
