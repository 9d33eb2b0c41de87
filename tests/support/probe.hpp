// SPDX-License-Identifier: MIT
// Reads off what transforms make of a gradient.
#pragma once

#include <Eigen/Core>
#include <bit>
#include <cstdint>
#include <type_traits>

#include "eigentrain/schedule/descend.hpp"

namespace eigentrain::test {

/// The update u that a chain makes of a gradient, step after step: read off ONE parameter, with a
/// learning rate of 1. The parameter stands at `p` before every step; at 0, u is read exactly.
///
///     Probe<float> probe(et::momentum({.momentum = 0.5}));
///     CHECK(probe(1.0f) == 1.0f);
///     CHECK(probe(1.0f) == 1.5f);
template <class S, class... T>
class BasicProbe {
 public:
  explicit BasicProbe(T... transforms)
      : optimizer_(chain<S>(std::move(transforms)..., descend(1.0))) {
    parameters_.add("p", p_, g_);
  }
  BasicProbe(const BasicProbe&) = delete;

  S operator()(std::type_identity_t<S> gradient, std::type_identity_t<S> p = S(0)) {
    p_[0] = p;
    g_[0] = gradient;
    optimizer_.step(parameters_);
    return p - p_[0];
  }

 private:
  Eigen::Matrix<S, 1, 1> p_, g_;
  Parameters<S> parameters_;
  decltype(chain<S>(std::declval<T>()..., descend(1.0))) optimizer_;
};

template <class S, class... T>
BasicProbe<S, T...> probe(T... transforms) {
  return BasicProbe<S, T...>(std::move(transforms)...);
}

/// The bits of a value: equal only for equal values, −0 and 0 apart, and equal for the same NaN.
inline std::uint32_t bits(float value) {
  return std::bit_cast<std::uint32_t>(value);
}
inline std::uint64_t bits(double value) {
  return std::bit_cast<std::uint64_t>(value);
}

/// Whether two tensors of equal size have the same bits.
template <class A, class B>
bool same_bits(const A& a, const B& b) {
  if (a.size() != b.size()) return false;
  for (Eigen::Index i = 0; i < a.size(); ++i) {
    if (bits(a.data()[i]) != bits(b.data()[i])) return false;
  }
  return true;
}

/// The SIMD levels that this build and this machine can run, one at a time; afterwards the one
/// that was in use is back.
template <class Use>
void at_every_simd_level(Use&& use) {
  struct Restore {
    SimdLevel level = simd_level();
    ~Restore() { set_simd_level(level); }
  } restore;
  for (const SimdLevel level : {SimdLevel::baseline, SimdLevel::avx2, SimdLevel::avx512}) {
    if (level > best_simd_level()) break;
    set_simd_level(level);
    use();
  }
}

/// A multiple of 2⁻¹¹ in [−1, 1), the same on every machine, from the numbers of a step and of an
/// element.
template <class S>
S noise(std::int64_t step, Eigen::Index element) {
  auto x = static_cast<std::uint32_t>(step) * 0x9E3779B9u +
           static_cast<std::uint32_t>(element) * 0xC2B2AE35u + 0x27D4EB2Fu;
  x = (x ^ (x >> 15)) * 0x2C1B3C6Du;
  x = (x ^ (x >> 12)) * 0x297A2D39u;
  x ^= x >> 15;
  return static_cast<S>(static_cast<int>(x >> 20) - 2048) / S(2048);
}

}  // namespace eigentrain::test
