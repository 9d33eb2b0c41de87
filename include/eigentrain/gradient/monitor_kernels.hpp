// SPDX-License-Identifier: MIT
// What a monitor adds up over a piece of a tensor.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include "eigentrain/core/run.hpp"
#include "eigentrain/core/tail.hpp"

namespace eigentrain::detail {

/// Sums over gradients g, weights w after the step, and changes Δw.
struct MonitorSums {
  double gradient_squares = 0.0, gradient_total = 0.0, gradient_max = 0.0;
  double zeros = 0.0, not_finite = 0.0;
  double weight_squares = 0.0, update_squares = 0.0;

  /// Adds another piece's. The largest is NaN if one of the two is.
  void add(const MonitorSums& other) {
    gradient_squares += other.gradient_squares;
    gradient_total += other.gradient_total;
    const bool keep = gradient_max >= other.gradient_max || std::isnan(gradient_max);
    gradient_max = keep ? gradient_max : other.gradient_max;
    zeros += other.zeros;
    not_finite += other.not_finite;
    weight_squares += other.weight_squares;
    update_squares += other.update_squares;
  }
};

/// Elements that are looked at together: their old weights fit into a processor's first cache.
inline constexpr Index monitor_piece = 2048;

/// One value after the other in double: for pieces whose squares don't fit S, or with values that
/// aren't finite.
template <class S>
EIGENTRAIN_COLD MonitorSums sum_slowly(const S* gradient, const S* before, const S* after,
                                       Index n) {
  MonitorSums sums;
  for (Index i = 0; i < n; ++i) {
    MonitorSums one;
    const Exact g = static_cast<double>(gradient[i]), w = static_cast<double>(after[i]);
    const Exact step = w - Exact(static_cast<double>(before[i]));
    one.gradient_squares = (g * g)[0];
    one.gradient_max = one.gradient_total = abs(g)[0];
    one.zeros = g[0] == 0.0;
    one.not_finite = !std::isfinite(g[0]);
    one.weight_squares = (w * w)[0];
    one.update_squares = (step * step)[0];
    sums.add(one);
  }
  return sums;
}

/// Lanes in which a piece is added up. Two registers at a time at the widest, since a maximum waits
/// for the one before it.
template <class S>
inline constexpr int monitor_lanes = 2 * static_cast<int>(padded_size<S>);

/// The sums of one register's lanes.
template <class P>
struct MonitorLanes {
  using S = typename P::Scalar;
  P squares = S(0), total = S(0), largest = S(0), zeros = S(0), weights = S(0), steps = S(0);

  EIGENTRAIN_INLINE void add(const S* gradient, const S* before, const S* after) {
    const P g = P::load(gradient), w = P::load(after);
    const P step = w - P::load(before), size = abs(g);
    squares = squares + g * g;
    total = total + size;
    largest = select(size > largest, size, largest);  // without a care for NaN: `squares` tells
    zeros = zeros + select(g == P(S(0)), P(S(1)), P(S(0)));
    weights = weights + w * w;
    steps = steps + step * step;
  }

  EIGENTRAIN_INLINE void store(S* to) const {
    constexpr int lanes = monitor_lanes<S>;
    squares.store(to);
    total.store(to + lanes);
    largest.store(to + 2 * lanes);
    zeros.store(to + 3 * lanes);
    weights.store(to + 4 * lanes);
    steps.store(to + 5 * lanes);
  }
};

/// The same in lanes of S, folded into one value each: the same bits for any register width. n is a
/// multiple of monitor_lanes, at most monitor_piece.
template <class S>
void sum_in_lanes(const S* gradient, const S* before, const S* after, Index n, S (&sums)[6]) {
  constexpr int lanes = monitor_lanes<S>;
  alignas(64) S results[6 * lanes];
  S* const to = results;
  simd_dispatch([=]<int Bytes>() EIGENTRAIN_INLINE_LAMBDA {
    constexpr int width = Bytes / static_cast<int>(sizeof(S));
    for (int lane = 0; lane < lanes; lane += 2 * width) {
      MonitorLanes<Packet<S, width>> first, second;
      for (Index i = lane; i < n; i += lanes) {
        first.add(gradient + i, before + i, after + i);
        second.add(gradient + i + width, before + i + width, after + i + width);
      }
      first.store(to + lane);
      second.store(to + lane + width);
    }
  });
  for (int k = 0; k < 6; ++k) {
    S* const part = results + k * lanes;
    for (int half = lanes / 2; half > 0; half /= 2) {
      for (int lane = 0; lane < half; ++lane) {
        const S a = part[lane], b = part[lane + half];
        part[lane] = k == 2 ? std::max(a, b) : a + b;
      }
    }
    sums[k] = part[0];
  }
}

/// The sums over n ≤ monitor_piece elements that lie side by side.
template <class S>
MonitorSums sum_piece(const S* gradient, const S* before, const S* after, Index n) {
  constexpr Index lanes = monitor_lanes<S>;
  MonitorSums result;
  bool exact = true;
  const auto add = [&](const S* g, const S* old, const S* now, Index count, Index padding) {
    S sums[6];
    sum_in_lanes(g, old, now, count, sums);
    // A square that matters must neither overflow nor fall among the subnormal numbers.
    constexpr S least = std::numeric_limits<S>::min() / std::numeric_limits<S>::epsilon();
    constexpr S most = std::numeric_limits<S>::max();
    for (const int k : {0, 4, 5}) exact = exact && (sums[k] >= least || sums[k] == S(0));
    for (const S sum : sums) exact = exact && sum <= most;
    exact = exact && (sums[0] > S(0) || sums[2] == S(0));
    result.add({static_cast<double>(sums[0]), static_cast<double>(sums[1]),
                static_cast<double>(sums[2]), static_cast<double>(sums[3]) - double(padding), 0.0,
                static_cast<double>(sums[4]), static_cast<double>(sums[5])});
  };
  const Index whole = n / lanes * lanes;
  if (whole > 0) add(gradient, before, after, whole, 0);
  if (whole < n) {
    S g[lanes] = {}, old[lanes] = {}, now[lanes] = {};
    std::copy_n(gradient + whole, n - whole, g);
    std::copy_n(before + whole, n - whole, old);
    std::copy_n(after + whole, n - whole, now);
    add(g, old, now, lanes, lanes - (n - whole));
  }
  // A sum of zero is also what squares leave that are too small for S.
  if (result.weight_squares == 0.0) {
    exact = exact && std::all_of(after, after + n, [](S w) { return w == S(0); });
  }
  if (result.update_squares == 0.0) exact = exact && std::equal(after, after + n, before);
  if (!exact) [[unlikely]] {
    return sum_slowly(gradient, before, after, n);
  }
  return result;
}

}  // namespace eigentrain::detail
