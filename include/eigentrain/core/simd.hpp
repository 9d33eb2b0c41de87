// SPDX-License-Identifier: MIT
// Which registers a loop runs on, chosen at run time.
#pragma once

#include <atomic>
#include <stdexcept>

#include "eigentrain/core/compiler.hpp"

namespace eigentrain {

/// The registers that a loop may use. The value is their width in bytes. `baseline` is what every
/// machine of the architecture has: SSE2, NEON, or plain scalars in the shape of a register.
enum class SimdLevel { baseline = 16, avx2 = 32, avx512 = 64 };

namespace detail {

inline SimdLevel detect_simd_level() {
#if EIGENTRAIN_HAS_AVX512
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl")) {
    return SimdLevel::avx512;
  }
#endif
#if EIGENTRAIN_HAS_AVX2
  if (__builtin_cpu_supports("avx2")) return SimdLevel::avx2;
#endif
  return SimdLevel::baseline;
}

/// The level in use, 0 before the first question.
inline std::atomic<int> current_simd_level{0};

EIGENTRAIN_COLD inline SimdLevel choose_simd_level() {
  const SimdLevel level = detect_simd_level();
  current_simd_level.store(static_cast<int>(level), std::memory_order_relaxed);
  return level;
}

}  // namespace detail

/// The widest level that this build has code for and this machine can run.
inline SimdLevel best_simd_level() {
  return detail::detect_simd_level();
}

/// The level in use: the best one unless set_simd_level chose another.
inline SimdLevel simd_level() {
  const int level = detail::current_simd_level.load(std::memory_order_relaxed);
  return level != 0 ? SimdLevel(level) : detail::choose_simd_level();
}

/// Pins the level for the whole process; for tests and measurements, since it can change no result,
/// only the speed. Throws std::invalid_argument above best_simd_level().
///
///     et::set_simd_level(et::SimdLevel::baseline);
inline void set_simd_level(SimdLevel level) {
  if (level > best_simd_level()) {
    throw std::invalid_argument(
        "set_simd_level: this machine or this build cannot run the level asked for");
  }
  detail::current_simd_level.store(static_cast<int>(level), std::memory_order_relaxed);
}

namespace detail {

/// The level in use, or `widest`, if that is narrower.
inline SimdLevel simd_level_within(SimdLevel widest) {
  const SimdLevel level = simd_level();
  return level < widest ? level : widest;
}

template <class Body>
EIGENTRAIN_KERNEL void run_baseline(const Body& body) {
  const Body local = body;  // a copy of our own: stores through pointers can't change it
  local.template operator()<16>();
}

#if EIGENTRAIN_HAS_AVX2
template <class Body>
EIGENTRAIN_KERNEL EIGENTRAIN_TARGET_AVX2 void run_avx2(const Body& body) {
  const Body local = body;
  local.template operator()<32>();
}
#endif

#if EIGENTRAIN_HAS_AVX512
template <class Body>
EIGENTRAIN_KERNEL_WITH_FMA EIGENTRAIN_TARGET_AVX512 void run_avx512(const Body& body) {
  const Body local = body;
  local.template operator()<64>();
}
#endif

/// Runs a body with registers of a level that is in use, or narrower; see simd_dispatch().
template <class Body>
EIGENTRAIN_INLINE void run_at(SimdLevel level, const Body& body) {
  switch (level) {
#if EIGENTRAIN_HAS_AVX512
    case SimdLevel::avx512:
      return run_avx512(body);
#endif
#if EIGENTRAIN_HAS_AVX2
    case SimdLevel::avx2:
      return run_avx2(body);
#endif
    default:
      return run_baseline(body);
  }
}

}  // namespace detail

/// Runs `body.template operator()<Bytes>()` with registers of `Bytes` bytes, compiled for the level
/// in use. The body is a lambda that captures by value and is marked EIGENTRAIN_INLINE_LAMBDA:
///
///     simd_dispatch([=]<int Bytes>() EIGENTRAIN_INLINE_LAMBDA { loop over Packet<float, Bytes/4>
///     });
///
/// Everything that it calls is inlined into the kernel, so it must call nothing heavy. Registers
/// are no wider than those of `widest`.
template <class Body>
EIGENTRAIN_INLINE void simd_dispatch(const Body& body, SimdLevel widest = SimdLevel::avx512) {
  detail::run_at(detail::simd_level_within(widest), body);
}

}  // namespace eigentrain
