// SPDX-License-Identifier: MIT
// One number for a run of an optimizer, to be compared with a number written down.
#pragma once

#include <Eigen/Core>
#include <cstdint>

#include "eigentrain/core/parameters.hpp"
#include "support/hash.hpp"
#include "support/probe.hpp"

namespace eigentrain::test {

/// The hash of three tensors of odd sizes after 60 steps, in float; some gradients are small, some
/// stay zero, and the tensors' options differ.
template <class Optimizer>
std::uint64_t run_hash(Optimizer optimizer) {
  Eigen::MatrixXf p(13, 11), g(13, 11);
  for (Index i = 0; i < p.size(); ++i) p.data()[i] = noise<float>(-1, i);
  Parameters<float> parameters;
  parameters.add("long", p.leftCols(7), g.leftCols(7));
  parameters.add("bias", p.col(7), g.col(7), {.weight_decay = false});
  parameters.add("slow", p.rightCols(3), g.rightCols(3), {.learning_rate_scale = 0.3});
  for (int step = 0; step < 60; ++step) {
    for (Index i = 0; i < p.size(); ++i) {
      const float scale = i % 7 == 3 ? 0.0f : i % 5 == 1 ? 0x1p-16f : 1.0f;
      g.data()[i] = scale * (noise<float>(step, i) + 0.25f);
    }
    optimizer.step(parameters);
  }
  return hash_bits(p.data(), p.size());
}

}  // namespace eigentrain::test
