// SPDX-License-Identifier: MIT
// Uniform and normal numbers with the same bits everywhere.
#pragma once

#include "eigentrain/core/fill.hpp"
#include "eigentrain/core/log.hpp"
#include "eigentrain/core/sin_cos_pi.hpp"

namespace eigentrain {

namespace detail {

/// The numbers, read as signed ones, as floats: rounded to nearest above 2²⁴.
template <int N>
EIGENTRAIN_INLINE Packet<float, N> to_float(const Words<std::uint32_t, N>& words) {
  if constexpr (N == 1) {
    return static_cast<float>(static_cast<std::int32_t>(words.lanes));
  } else {
    Packet<float, N> result;
#if EIGENTRAIN_WIDE_ASM
    if constexpr (sizeof(result.lanes) > 16) {
      asm("vcvtdq2ps %1, %0" : "=v"(result.lanes) : "v"(words.lanes));
      return result;
    }
#endif
    using Signed = typename Register<std::int32_t, N>::Value;
    using Value = typename Packet<float, N>::Value;
    result.lanes = __builtin_convertvector(reinterpret_cast<Signed>(words.lanes), Value);
    return result;
  }
}

/// The upper 24 or 53 bits as a multiple of 2⁻²⁴ or 2⁻⁵³ in [0, 1).
template <int N>
EIGENTRAIN_INLINE Packet<float, N> unit_interval(const Words<std::uint32_t, N>& words) {
  return to_float(words >> 8) * Packet<float, N>(0x1p-24f);
}
template <int N>
EIGENTRAIN_INLINE Packet<double, N> unit_interval(const Words<std::uint64_t, N>& words) {
  using P = Packet<double, N>;
  using W = Words<std::uint64_t, N>;
  // 2⁵² + the upper 32 bits, and 2⁵² + the next 21: exact, as is the sum.
  const W exponent(0x4330000000000000u);
  const P high = from_bits<double, N>((words >> 32) | exponent) - P(0x1p52);
  const P low = from_bits<double, N>(((words & W(0xffffffffu)) >> 11) | exponent) - P(0x1p52);
  return high * P(0x1p-32) + low * P(0x1p-53);
}

/// The logarithm of a uniform number of (0, 1]: of the upper 31 bits and a half, as a multiple of
/// 2⁻³¹, or of the upper 53 turned over.
template <int N>
EIGENTRAIN_INLINE Packet<float, N> log_of_unit(const Words<std::uint32_t, N>& words) {
  using P = Packet<float, N>;
  return log_normal(to_float(words >> 1) + P(0.5f), P(31.0f));
}
template <int N>
EIGENTRAIN_INLINE Packet<double, N> log_of_unit(const Words<std::uint64_t, N>& words) {
  using P = Packet<double, N>;
  return log_normal(P(1.0) - unit_interval(words), P(0.0));
}

/// A uniform angle of [0, 4) right angles.
template <int N>
EIGENTRAIN_INLINE Packet<float, N> right_angles(const Words<std::uint32_t, N>& words) {
  return to_float(words >> 8) * Packet<float, N>(0x1p-22f);
}
template <int N>
EIGENTRAIN_INLINE Packet<double, N> right_angles(const Words<std::uint64_t, N>& words) {
  return unit_interval(words) * Packet<double, N>(4.0);
}

template <class S>
struct UniformDraw {
  S low;
  S span;
  S largest;

  template <class W, class P>
  EIGENTRAIN_INLINE void operator()(const W& a, const W& b, P& x, P& y) const {
    x = P(low) + unit_interval(a) * P(span);
    y = P(low) + unit_interval(b) * P(span);
    x = select(x > P(largest), largest, x);
    y = select(y > P(largest), largest, y);
  }
};

template <class S>
struct NormalDraw {
  S mean;
  S std;

  template <class W, class P>
  EIGENTRAIN_INLINE void operator()(const W& a, const W& b, P& x, P& y) const {
    const P radius = P(std) * sqrt(P(S(-2)) * log_of_unit(a));
    const auto angle = sin_cos_right_angles(right_angles(b));
    x = P(mean) + radius * angle.cos;
    y = P(mean) + radius * angle.sin;
  }
};

/// Throws unless low ≤ high and both, and their distance, are finite numbers of S.
template <class S>
UniformDraw<S> uniform_draw(double low, double high, const char* owner) {
  constexpr double most = std::numeric_limits<S>::max();
  require_in({-most, most}, low, owner, "low");
  require_in({-most, most}, high, owner, "high");
  require(low <= high, owner, ": low must not be above high, got ", low, " and ", high);
  require_in({0.0, most}, high - low, owner, "high - low");
  const S first = static_cast<S>(low);
  const S last = std::nextafter(static_cast<S>(high), first);  // first itself if they are equal
  return {first, static_cast<S>(high) - first, last};
}

/// Throws unless std ≥ 0 and every value that can be drawn is a finite number of S.
template <class S>
NormalDraw<S> normal_draw(double mean, double std, const char* owner) {
  constexpr double most = std::numeric_limits<S>::max();
  require_in({-most / 2, most / 2}, mean, owner, "mean");
  require_in({0.0, most / 32}, std, owner, "std");
  return {static_cast<S>(mean), static_cast<S>(std)};
}

}  // namespace detail

/// Fills target[0 … size) with values from U[low, high): low + u·(high − low), where u is one of
/// the 2²⁴ (float) or 2⁵³ (double) equidistant numbers of [0, 1); `high` itself is never drawn
/// (PyTorch and the standard library may return it after rounding). low = high gives low.
///
/// Value i depends only on the generator's seed, stream and position, and on i: not on the size,
/// the machine or its registers. Takes 64 words (16 counters) for every begun 64 floats or 32
/// doubles, so a range may be divided there among threads, each with a copy of the generator whose
/// position (a multiple of 4) is moved on by as many words. From another RandomSource as many words
/// are taken, and value i depends on its words alone. Throws
/// std::invalid_argument, with nothing drawn or written, unless low ≤ high and both are finite.
///
///     Generator random(42);
///     fill_uniform(noise.data(), noise.size(), -1.0, 1.0, random);
template <class S, RandomSource Random>
void fill_uniform(S* target, Index size, double low, double high, Random& random) {
  const auto draw = detail::uniform_draw<S>(low, high, "fill_uniform");
  require_at_least(0, size, "fill_uniform", "size");
  detail::fill(Memory<S>{target, size, 1, size}, random, draw);
}

/// Fills target[0 … size) with values from N(mean, std²), by Box and Muller's transform:
///
///     mean + std·√(−2 ln u₁)·cos 2πu₂   and   mean + std·√(−2 ln u₁)·sin 2πu₂
///
/// with u₁ from 32 (float) or 53 (double) random bits, so that |z| is at most 6.66 or 8.58 (a
/// normal number is beyond with probability 3·10⁻¹¹ or 10⁻¹⁷). The same guarantees as fill_uniform.
/// Throws std::invalid_argument, with nothing drawn or written, unless the mean is finite and std
/// is finite and not negative (and no value can overflow).
///
/// Box, Muller: A note on the generation of random normal deviates (1958).
template <class S, RandomSource Random>
void fill_normal(S* target, Index size, double mean, double std, Random& random) {
  const auto draw = detail::normal_draw<S>(mean, std, "fill_normal");
  require_at_least(0, size, "fill_normal", "size");
  detail::fill(Memory<S>{target, size, 1, size}, random, draw);
}

}  // namespace eigentrain
