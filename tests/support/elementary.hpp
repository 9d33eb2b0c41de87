// SPDX-License-Identifier: MIT
// Arguments for elementary functions, their errors, and the widths that they run at.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <vector>

#include "eigentrain/core/packet.hpp"
#include "support/hash.hpp"
#include "support/levels.hpp"

namespace eigentrain::test {

/// A plain sequence of 64-bit words, so that inputs are the same everywhere.
struct Sequence {
  std::uint64_t state = 0x9e3779b97f4a7c15u;
  std::uint64_t operator()() {  // xorshift64*
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return state * 0x2545f4914f6cdd1du;
  }
  double unit() { return static_cast<double>((*this)() >> 11) * 0x1p-53; }
};

/// Special values, random bit patterns (all magnitudes, both signs), and numbers of [−span, span).
template <class S>
std::vector<S> arguments(int count, double span) {
  using Limits = std::numeric_limits<S>;
  using Bits = std::conditional_t<sizeof(S) == 4, std::uint32_t, std::uint64_t>;
  std::vector<S> values = {S(0),
                           -S(0),
                           S(1),
                           -S(1),
                           Limits::min(),
                           Limits::max(),
                           -Limits::max(),
                           Limits::denorm_min(),
                           -Limits::min(),
                           Limits::infinity(),
                           -Limits::infinity(),
                           Limits::quiet_NaN(),
                           S(0.5),
                           S(2),
                           S(0.25),
                           Limits::min() / 2};
  Sequence next;
  while (static_cast<int>(values.size()) < count) {
    // The low bits, which memcpy would take on half of the machines only.
    values.push_back(std::bit_cast<S>(static_cast<Bits>(next())));
    // Exact in double, whatever the flags, since the span is a power of two.
    values.push_back(static_cast<S>((next.unit() - 0.5) * (2 * span)));
  }
  values.resize(static_cast<std::size_t>(count));
  return values;
}

/// |got − want| in units of the last place of want, as S. Infinite where one is special and the
/// other isn't the same.
template <class S>
double ulps(S got, long double want) {
  const S nearest = static_cast<S>(want);
  if (std::isnan(want)) return std::isnan(got) ? 0 : HUGE_VAL;
  if (std::isnan(got)) return HUGE_VAL;
  if (std::isinf(got) || std::isinf(nearest)) return got == nearest ? 0 : HUGE_VAL;
  int exponent = 0;
  std::frexp(nearest, &exponent);
  const int least = std::numeric_limits<S>::min_exponent - std::numeric_limits<S>::digits;
  const int last = exponent - std::numeric_limits<S>::digits;
  return static_cast<double>(
      std::abs((static_cast<long double>(got) - want) /
               std::ldexp(1.0L, nearest == 0 || last < least ? least : last)));
}

/// The largest error of function(value) against oracle(long double), over the values.
template <class S, class Function, class Oracle>
double worst_ulps(const std::vector<S>& values, const Function& function, const Oracle& oracle) {
  double worst = 0;
  for (S x : values) {
    const double error = ulps(function(Packet<S, 1>(x))[0], oracle(static_cast<long double>(x)));
    if (!(error <= worst)) worst = error;
  }
  return worst;
}

/// The largest error over the floats whose bits are first, first + stride, … below last, against an
/// oracle in double, whose own error of some 2⁻³⁰ units doesn't count here.
template <class Function, class Oracle>
double worst_float_ulps(std::uint32_t first, std::uint32_t last, std::uint32_t stride,
                        const Function& function, const Oracle& oracle) {
  constexpr std::uint32_t block = 4096;
  std::vector<float> values(block), results(block);
  double worst = 0;
  for (std::uint64_t begin = first; begin < last; begin += std::uint64_t{block} * stride) {
    std::uint32_t count = 0;
    for (std::uint64_t bits = begin; count < block; bits += stride, ++count) {
      values[count] = std::bit_cast<float>(static_cast<std::uint32_t>(bits < last ? bits : first));
    }
    const float* from = values.data();
    float* to = results.data();
    simd_dispatch([=]<int Bytes>() EIGENTRAIN_INLINE_LAMBDA {
      constexpr int N = Bytes / 4;
      for (std::uint32_t i = 0; i < block; i += N) {
        function(Packet<float, N>::load(from + i)).store(to + i);
      }
    });
    for (std::uint32_t i = 0; i < block; ++i) {
      const double want = oracle(static_cast<double>(values[i]));
      const auto nearest = static_cast<float>(want);
      const double unit = static_cast<double>(std::nextafter(std::abs(nearest), HUGE_VALF)) -
                          static_cast<double>(std::abs(nearest));
      const double error = std::abs(static_cast<double>(results[i]) - want) / unit;
      if (!(error <= worst)) worst = error;
    }
  }
  return worst;
}

/// The hashes of function over the values: one lane first, then every level.
template <class S, class Function>
std::vector<std::uint64_t> hashes(const std::vector<S>& values, const Function& function) {
  const auto size = static_cast<std::int64_t>(values.size());  // a multiple of 16
  std::vector<S> results(values.size());
  std::vector<std::uint64_t> found;
  for (std::size_t i = 0; i < values.size(); ++i) {
    results[i] = function(Packet<S, 1>(values[i]))[0];
  }
  found.push_back(hash_bits(results.data(), size));
  at_every_level([&] {
    std::fill(results.begin(), results.end(), S(0));
    const S* from = values.data();
    S* to = results.data();
    simd_dispatch([=]<int Bytes>() EIGENTRAIN_INLINE_LAMBDA {
      constexpr int N = Bytes / static_cast<int>(sizeof(S));
      for (std::int64_t i = 0; i < size; i += N) {
        function(Packet<S, N>::load(from + i)).store(to + i);
      }
    });
    found.push_back(hash_bits(results.data(), size));
  });
  return found;
}

}  // namespace eigentrain::test

/// Every hash must be `golden`, written down once; a change of it is a change of the library's
/// bits.
#define CHECK_HASHES(values, function, golden)                              \
  do {                                                                      \
    for (std::uint64_t hash : eigentrain::test::hashes(values, function)) { \
      CHECK(hash == std::uint64_t{golden});                                 \
    }                                                                       \
  } while (false)
