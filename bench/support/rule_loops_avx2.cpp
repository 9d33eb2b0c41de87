// SPDX-License-Identifier: MIT
// Compiled for AVX2 and FMA.
#include <immintrin.h>

#include "rule_loops.hpp"

// gcc 12 takes the undefined registers in its own intrinsics for a mistake of ours.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif

namespace bench {
namespace {

struct Lanes {
  using Register = __m256;
  static constexpr std::size_t width = 8;

  static Register load(const float* x) { return _mm256_loadu_ps(x); }
  static void store(float* x, Register a) { _mm256_storeu_ps(x, a); }
  static Register all(float x) { return _mm256_set1_ps(x); }
  static Register plus(Register a, Register b) { return _mm256_add_ps(a, b); }
  static Register times(Register a, Register b) { return _mm256_mul_ps(a, b); }
  static Register over(Register a, Register b) { return _mm256_div_ps(a, b); }
  static Register root(Register a) { return _mm256_sqrt_ps(a); }
  static Register larger(Register a, Register b) { return _mm256_max_ps(a, b); }
  /// a * b + c
  static Register product_plus(Register a, Register b, Register c) {
    return _mm256_fmadd_ps(a, b, c);
  }
  /// c - a * b
  static Register minus_product(Register a, Register b, Register c) {
    return _mm256_fnmadd_ps(a, b, c);
  }
  /// 1 with the sign of a; 0 for zeros.
  static Register sign(Register a) {
    const Register one = _mm256_or_ps(_mm256_and_ps(a, all(-0.0f)), all(1.0f));
    return _mm256_and_ps(one, _mm256_cmp_ps(a, _mm256_setzero_ps(), _CMP_NEQ_OQ));
  }
};

}  // namespace

RuleLoops avx2_loops(Rule rule) {
  return loops_for<Lanes>(rule);
}

}  // namespace bench
