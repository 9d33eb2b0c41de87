// SPDX-License-Identifier: MIT
// The ways from one value to another that schedules are made of.
#pragma once

#include "eigentrain/core/check.hpp"
#include "eigentrain/core/sin_cos_pi.hpp"

namespace eigentrain::detail {

/// a + (b − a)·x with x = at/of in [0, 1], 0 ≤ at ≤ of, from the nearer end: right to a few units
/// in the last place near both, exactly a and b at them, and never below the smaller one.
template <class = void>
EIGENTRAIN_NOINLINE double linear_between(double a, double b, double at, double of) {
  const Exact way = Exact(b) - Exact(a);
  const double left = (Exact(of) - Exact(at))[0];
  if (at <= left) return (Exact(a) + way * (Exact(at) / Exact(of)))[0];
  return (Exact(b) - way * (Exact(left) / Exact(of)))[0];
}

/// The same along half a cosine wave: a + (b − a)·½(1 − cos(πx)), where ½(1 − cos(πx)) is
/// sin²(½πx).
template <class = void>
EIGENTRAIN_NOINLINE double cosine_between(double a, double b, double at, double of) {
  const Exact way = Exact(b) - Exact(a);
  const double left = (Exact(of) - Exact(at))[0];
  if (at == left) return (Exact(a) + way * Exact(0.5))[0];
  const double near = at < left ? at : left;
  const Exact root = sin_cos_pi(Exact(0.5 * near) / Exact(of)).sin;
  return at < left ? (Exact(a) + way * (root * root))[0] : (Exact(b) - way * (root * root))[0];
}

}  // namespace eigentrain::detail
