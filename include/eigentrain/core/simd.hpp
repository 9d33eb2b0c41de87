// SPDX-License-Identifier: MIT
// Which registers a loop runs on, chosen at run time.
#pragma once

#include <atomic>
#include <stdexcept>

// Finite checks are deleted by the compiler under -ffast-math and -ffinite-math-only (there,
// isfinite(inf) is true), and reassociation would change every bit that this library promises.
#if (defined(__FAST_MATH__) || (defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__)) && \
    !defined(EIGENTRAIN_ALLOW_FAST_MATH)
#error \
    "eigentrain: -ffast-math breaks its finite checks and its bits; leave it out, or define " \
       "EIGENTRAIN_ALLOW_FAST_MATH and go without both promises"
#endif

#if defined(__GNUC__) || defined(__clang__)
#define EIGENTRAIN_VECTORS 1
#define EIGENTRAIN_INLINE __attribute__((always_inline)) inline
// For lambdas, between the parameter list and the body.
#define EIGENTRAIN_INLINE_LAMBDA __attribute__((always_inline))
#define EIGENTRAIN_NOINLINE __attribute__((noinline))
// Only for what normally isn't called: gcc takes a path on which a cold function stands for cold.
#define EIGENTRAIN_COLD __attribute__((noinline, cold))
#else
#define EIGENTRAIN_VECTORS 0
#define EIGENTRAIN_INLINE inline
#define EIGENTRAIN_INLINE_LAMBDA
#define EIGENTRAIN_NOINLINE
#define EIGENTRAIN_COLD
#endif

// gcc contracts a*b+c into one rounding wherever the target has FMA; the attribute forbids it in
// the kernel and in everything that flatten inlines into it. It takes gcc some milliseconds for
// each level, so it is only there where the target has FMA: on x86-64, AVX2 alone has none. clang
// contracts only within one expression, and the element vocabulary has no expression of two
// operations.
#if defined(__clang__)
#define EIGENTRAIN_KERNEL __attribute__((noinline, flatten))
#define EIGENTRAIN_KERNEL_WITH_FMA EIGENTRAIN_KERNEL
#elif defined(__GNUC__)
#define EIGENTRAIN_KERNEL_WITH_FMA __attribute__((noinline, flatten, optimize("fp-contract=off")))
#if defined(__x86_64__) && !defined(__FMA__) && !defined(__FMA4__)
#define EIGENTRAIN_KERNEL __attribute__((noinline, flatten))
#else
#define EIGENTRAIN_KERNEL EIGENTRAIN_KERNEL_WITH_FMA
#endif
#else
#define EIGENTRAIN_KERNEL
#define EIGENTRAIN_KERNEL_WITH_FMA
#endif

// Kernels for all levels stand side by side where the compiler can inline code without a target
// into code with one and has a square root for registers wider than the flags allow. Elsewhere, and
// in unoptimized builds (where nothing is inlined), the flags decide.
#if defined(__x86_64__) && defined(__OPTIMIZE__) && !defined(EIGENTRAIN_NO_DISPATCH) && \
    ((defined(__clang__) && __clang_major__ >= 19) || (defined(__GNUC__) && !defined(__clang__)))
#define EIGENTRAIN_DISPATCH 1
#define EIGENTRAIN_TARGET_AVX2 __attribute__((target("avx2")))
#define EIGENTRAIN_TARGET_AVX512 __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl")))
#else
#define EIGENTRAIN_DISPATCH 0
#define EIGENTRAIN_TARGET_AVX2
#define EIGENTRAIN_TARGET_AVX512
#endif

#if EIGENTRAIN_DISPATCH || defined(__AVX2__)
#define EIGENTRAIN_HAS_AVX2 1
#else
#define EIGENTRAIN_HAS_AVX2 0
#endif
#if EIGENTRAIN_DISPATCH || (defined(__AVX512F__) && defined(__AVX512DQ__) && \
                            defined(__AVX512BW__) && defined(__AVX512VL__))
#define EIGENTRAIN_HAS_AVX512 1
#else
#define EIGENTRAIN_HAS_AVX512 0
#endif

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
  switch (detail::simd_level_within(widest)) {
#if EIGENTRAIN_HAS_AVX512
    case SimdLevel::avx512:
      return detail::run_avx512(body);
#endif
#if EIGENTRAIN_HAS_AVX2
    case SimdLevel::avx2:
      return detail::run_avx2(body);
#endif
    default:
      return detail::run_baseline(body);
  }
}

}  // namespace eigentrain
