// SPDX-License-Identifier: MIT
// What is asked of the compiler: which options the library can't do with, what becomes part of a
// kernel, and for which processors kernels are compiled.
#pragma once

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
#define EIGENTRAIN_NOINLINE __attribute__((noinline))
// Only for what normally isn't called: gcc takes a path on which a cold function stands for cold.
#define EIGENTRAIN_COLD __attribute__((noinline, cold))
#else
#define EIGENTRAIN_VECTORS 0
#define EIGENTRAIN_NOINLINE
#define EIGENTRAIN_COLD
#endif

// What a kernel calls becomes part of it. Not in an unoptimized build, where it would be every
// operation written out at every call, as it is: without, gcc takes up to three tenths less time
// and clang's sanitizers up to four, and a debugger can stop in an operation.
#if EIGENTRAIN_VECTORS && defined(__OPTIMIZE__)
#define EIGENTRAIN_INLINE __attribute__((always_inline)) inline
// For lambdas, between the parameter list and the body.
#define EIGENTRAIN_INLINE_LAMBDA __attribute__((always_inline))
#define EIGENTRAIN_FLATTEN __attribute__((flatten))
#else
#define EIGENTRAIN_INLINE inline
#define EIGENTRAIN_INLINE_LAMBDA
#define EIGENTRAIN_FLATTEN
#endif

// For statements: clang's flatten reaches only the calls in the kernel's own body, not those
// further down.
#if defined(__OPTIMIZE__) && defined(__clang__) && __clang_major__ >= 19
#define EIGENTRAIN_INLINE_CALLS [[clang::always_inline]]
#else
#define EIGENTRAIN_INLINE_CALLS
#endif

// gcc contracts a*b+c into one rounding wherever the target has FMA; the attribute forbids it in
// the kernel and in everything that flatten inlines into it. It takes gcc some milliseconds for
// each level, so it is only there where the target has FMA: on x86-64, AVX2 alone has none. clang
// contracts only within one expression, and the element vocabulary has no expression of two
// operations.
#if defined(__GNUC__) && !defined(__clang__)
#define EIGENTRAIN_KERNEL_WITH_FMA \
  EIGENTRAIN_NOINLINE EIGENTRAIN_FLATTEN __attribute__((optimize("fp-contract=off")))
#else
#define EIGENTRAIN_KERNEL_WITH_FMA EIGENTRAIN_NOINLINE EIGENTRAIN_FLATTEN
#endif
#if defined(__x86_64__) && !defined(__FMA__) && !defined(__FMA4__)
#define EIGENTRAIN_KERNEL EIGENTRAIN_NOINLINE EIGENTRAIN_FLATTEN
#else
#define EIGENTRAIN_KERNEL EIGENTRAIN_KERNEL_WITH_FMA
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
