// SPDX-License-Identifier: MIT
// How many instructions does one operation take? scripts/count.sh runs each program here under
// callgrind, which counts between the marks below, and compares with baseline.txt. Valgrind knows
// no AVX-512: the kernels run with AVX2. Every operation runs once before it is counted, so that
// memory and state are there. Programs are small, since what a compiler inlines depends on all that
// is in one.
#pragma once

#include <valgrind/callgrind.h>

#include <Eigen/Core>
#include <string>

#include "eigentrain/core/parameters.hpp"
#include "eigentrain/core/simd.hpp"

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
    eigentrain::Parameters<float> parameters;
    parameters.add("p", p, g);
    Optimizer fresh = optimizer;
    count(name + " step, " + std::to_string(size), [&] { fresh.step(parameters); });
  }
}

inline void count_with_avx2() {
  namespace et = eigentrain;
  if (et::best_simd_level() >= et::SimdLevel::avx2) et::set_simd_level(et::SimdLevel::avx2);
}
