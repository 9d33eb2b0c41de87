// SPDX-License-Identifier: MIT
// Normal numbers that lie in an interval, by the inverse of their distribution function.
#pragma once

#include "eigentrain/core/distributions.hpp"
#include "eigentrain/core/inverse_normal.hpp"
#include "eigentrain/core/truncation.hpp"

namespace eigentrain {

/// Whose standard deviation is given: that of the numbers drawn, or that of the normal distribution
/// which the interval is cut out of (PyTorch's trunc_normal_).
enum class StdOf { result, parent };

namespace detail {

/// Where a random integer stands between the ends, counted from the middle or from the lower end
/// (from the upper one for its complement), so that no digits are lost there: as a float in units
/// of 2⁻³² or 2⁻³¹, or as a double.
template <int N>
EIGENTRAIN_INLINE Packet<float, N> from_middle(const Words<std::uint32_t, N>& words) {
  return to_float(words ^ Words<std::uint32_t, N>(0x80000000u));
}
template <int N>
EIGENTRAIN_INLINE Packet<double, N> from_middle(const Words<std::uint64_t, N>& words) {
  return unit_interval(words) - Packet<double, N>(0.5);
}
template <int N>
EIGENTRAIN_INLINE Packet<float, N> from_low(const Words<std::uint32_t, N>& words) {
  return to_float(words >> 1);
}
template <int N>
EIGENTRAIN_INLINE Packet<double, N> from_low(const Words<std::uint64_t, N>& words) {
  return unit_interval(words);
}
template <class S>
struct TruncatedNormalDraw {
  enum class Way { narrow, centre, tails };
  Way way;
  S low, high;
  S middle, scale;  // value = middle + scale·z, where z is −1 … 1 in narrow intervals
  S centre, span;   // probability − ½ = centre + span·from_middle
  S below, above;   // probability below = below + part·from_low, above likewise
  S part;
  S tilt, bend;

  template <class W, class P>
  EIGENTRAIN_INLINE void operator()(const W& a, const W& b, P& x, P& y) const {
    // Both at each stage, since each is a chain of long latency.
    const P p = P(centre) + P(span) * from_middle(a);
    const P q = P(centre) + P(span) * from_middle(b);
    if (way == Way::narrow) {
      x = nearly_uniform(p);
      y = nearly_uniform(q);
    } else {
      x = inverse_normal_centre(p);
      y = inverse_normal_centre(q);
      if (way == Way::tails) {
        const P s = beyond(a, p), t = beyond(b, q);
        const P first = inverse_normal_tail(s), second = inverse_normal_tail(t);
        x = select(s < P(S(normal_tail_begin)), select(p < P(S(0)), -first, first), x);
        y = select(t < P(S(normal_tail_begin)), select(q < P(S(0)), -second, second), y);
      }
    }
    x = inside(P(middle) + P(scale) * x);
    y = inside(P(middle) + P(scale) * y);
  }

 private:
  /// Where the density changes little: the inverse as a series in the interval's width.
  template <class P>
  EIGENTRAIN_INLINE P nearly_uniform(const P& q) const {
    return q - (P(S(1)) - q * q) * (P(tilt) + P(bend) * q);
  }

  /// The probability beyond Φ⁻¹(½ + q) on its side. Above the middle, the complement of the integer
  /// counts from the upper end.
  template <class W, class P>
  EIGENTRAIN_INLINE P beyond(const W& words, const P& q) const {
    const auto lower = q < P(S(0));
    const P turned =
        from_bits<S, P::size>(words ^ W(static_cast<UnsignedOf<S>>(~UnsignedOf<S>{0})));
    const P side = select(lower, from_bits<S, P::size>(words), turned);
    return select(lower, below, above) + P(part) * from_low(to_bits(side));
  }

  template <class P>
  EIGENTRAIN_INLINE P inside(const P& x) const {
    return select(x < P(low), low, select(x > P(high), high, x));
  }
};

/// The draw for N(mean, parent_std²) cut to [low, high]. Throws as fill_truncated_normal.
template <class S>
TruncatedNormalDraw<S> truncated_normal_draw(double mean, double parent_std, double low,
                                             double high, const char* owner) {
  constexpr double most = std::numeric_limits<S>::max();
  constexpr S infinity = std::numeric_limits<S>::infinity();
  constexpr bool single = sizeof(S) == 4;
  require_in({-most / 2, most / 2}, mean, owner, "mean");
  require_in({0.0, most / 32}, parent_std, owner, "std");
  require_bounds(low, high, most, owner);
  const Truncation t = truncation(mean, parent_std, low, high, single ? 0x1p-6 : 0x1p-12, owner);
  // The bounds as numbers of S, rounded inwards.
  S first = low < -most ? -infinity : static_cast<S>(low);
  S last = high > most ? infinity : static_cast<S>(high);
  if (static_cast<double>(first) < low) first = std::nextafter(first, infinity);
  if (static_cast<double>(last) > high) last = std::nextafter(last, -infinity);
  if (low == high) first = last = static_cast<S>(low);
  require(first <= last, owner, ": no number of the tensor's type is in [", low, ", ", high, "]");

  using Draw = TruncatedNormalDraw<S>;
  Draw draw{};
  draw.way = t.narrow ? Draw::Way::narrow : (t.tails ? Draw::Way::tails : Draw::Way::centre);
  draw.low = first;
  draw.high = last;
  draw.middle = static_cast<S>(t.middle);
  draw.scale = static_cast<S>(t.scale);
  // Integers stand for the middles of as many equal parts: their own place is half a unit beside.
  const Exact unit(single ? 0x1p-32 : 1.0), beside(single ? 0x1p-33 : 0x1p-54);
  const Exact mass(t.narrow ? 2.0 : t.mass);
  draw.span = static_cast<S>((mass * unit)[0]);
  draw.centre = static_cast<S>(((Exact(t.below) - Exact(t.above)) * Exact(0.5) + mass * beside)[0]);
  draw.part = static_cast<S>((mass * unit)[0] * (single ? 2.0 : 1.0));
  const Exact half_part = mass * Exact(single ? 0x1p-32 : 0x1p-54);
  draw.below = static_cast<S>((Exact(t.below) + half_part)[0]);
  draw.above = static_cast<S>((Exact(t.above) + half_part)[0]);
  draw.tilt = static_cast<S>(t.tilt);
  draw.bend = static_cast<S>(t.bend);
  return draw;
}

}  // namespace detail

/// Fills target[0 … size) with values from the normal distribution N(mean, σ²) cut to [low, high]:
///
///     mean + σ·Φ⁻¹(Φ(a) + u·(Φ(b) − Φ(a)))   with a = (low − mean)/σ, b = (high − mean)/σ
///
/// and u uniform in (0, 1), from 32 (float; 31 beyond 2.125σ) or 53 (double) random bits, one u for
/// each value. So no value lies outside, and none is piled up on a bound. Probabilities are counted
/// from the nearer end, so that tails are as exact as the rest, [5σ, 6σ] as well as [−9σ, −8σ]; an
/// interval must come within 10σ of the mean. Either bound may be infinite. Bounds that aren't
/// numbers of S are rounded inwards; low = high gives low.
///
/// `std` is the standard deviation of the numbers drawn, and σ is found from it; with
/// StdOf::parent it is σ itself. `mean` is always the parent's.
///
/// The same guarantees as fill_uniform. Throws std::invalid_argument, with nothing drawn or
/// written, unless the mean is finite, std finite and not negative, low ≤ high; if no σ gives this
/// std (a finite interval's is below (high − low)/√12); if the interval is too far in a tail; if
/// std is 0 and the mean outside; or if no number of S lies in the interval.
///
///     fill_truncated_normal(weights.data(), weights.size(), 0.0, 0.02, -0.05, 0.05, random);
///
/// torch.nn.init.trunc_normal_ is the same with StdOf::parent; it draws in the tensor's precision
/// and clamps, which leaves far tails empty.
template <class S, RandomSource Random>
void fill_truncated_normal(S* target, Index size, double mean, double std, double low, double high,
                           Random& random, StdOf std_of = StdOf::result) {
  constexpr const char* owner = "fill_truncated_normal";
  const double parent =
      std_of == StdOf::parent ? std : detail::parent_std(mean, std, low, high, owner);
  const auto draw = detail::truncated_normal_draw<S>(mean, parent, low, high, owner);
  require_at_least(0, size, owner, "size");
  detail::fill(Memory<S>{target, size, 1, size}, random, draw);
}

}  // namespace eigentrain
