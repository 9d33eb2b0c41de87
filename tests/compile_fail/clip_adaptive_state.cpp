// SPDX-License-Identifier: MIT
// Adaptive clipping reads what arrives twice, so that nothing before it may have state.
// expect: those before it must not have state
#include "eigentrain/direction/momentum.hpp"
#include "eigentrain/gradient/clip_adaptive.hpp"
#include "eigentrain/gradient/clip_value.hpp"
#include "eigentrain/schedule/descend.hpp"

void step(eigentrain::Parameters<float>& parameters) {
  namespace et = eigentrain;
#if defined(CONTROL)
  auto first = et::clip_by_value(1.0);
#else
  auto first = et::momentum({.momentum = 0.9});
#endif
  et::chain<float>(first, et::clip_adaptive(), et::descend(0.1)).step(parameters);
}
