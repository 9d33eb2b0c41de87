// SPDX-License-Identifier: MIT
#include "clip_loops.hpp"

#include <immintrin.h>

// gcc 12 takes the undefined registers in its own intrinsics for a mistake of ours.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif

#define AVX2_TARGET __attribute__((target("avx2,fma")))
#define AVX512_TARGET __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,fma")))

namespace bench {
namespace {

enum class Term { value, square };

template <Term T>
double rest(const float* x, std::size_t i, std::size_t n) {
  double sum = 0.0;
  for (; i < n; ++i) {
    const double value = static_cast<double>(x[i]);
    sum += T == Term::square ? value * value : value;
  }
  return sum;
}

// The array of accumulators lives in registers: with -O2 gcc unrolls what has so few turns only
// when it is asked to.
template <Term T, int Unroll>
AVX512_TARGET double sum_avx512(const float* x, std::size_t n) {
  __m512d sums[Unroll];
#pragma GCC unroll 8
  for (int k = 0; k < Unroll; ++k) sums[k] = _mm512_setzero_pd();
  std::size_t i = 0;
  for (; i + 8 * Unroll <= n; i += 8 * Unroll) {
#pragma GCC unroll 8
    for (int k = 0; k < Unroll; ++k) {
      const __m512d value = _mm512_cvtps_pd(_mm256_loadu_ps(x + i + 8 * k));
      sums[k] = T == Term::square ? _mm512_fmadd_pd(value, value, sums[k])
                                  : _mm512_add_pd(sums[k], value);
    }
  }
  double sum = rest<T>(x, i, n);
#pragma GCC unroll 8
  for (int k = 0; k < Unroll; ++k) sum += _mm512_reduce_add_pd(sums[k]);
  return sum;
}

template <Term T, int Unroll>
AVX2_TARGET double sum_avx2(const float* x, std::size_t n) {
  __m256d sums[Unroll];
#pragma GCC unroll 8
  for (int k = 0; k < Unroll; ++k) sums[k] = _mm256_setzero_pd();
  std::size_t i = 0;
  for (; i + 4 * Unroll <= n; i += 4 * Unroll) {
#pragma GCC unroll 8
    for (int k = 0; k < Unroll; ++k) {
      const __m256d value = _mm256_cvtps_pd(_mm_loadu_ps(x + i + 4 * k));
      sums[k] = T == Term::square ? _mm256_fmadd_pd(value, value, sums[k])
                                  : _mm256_add_pd(sums[k], value);
    }
  }
  double sum = rest<T>(x, i, n), lanes[4];
#pragma GCC unroll 8
  for (int k = 0; k < Unroll; ++k) {
    _mm256_storeu_pd(lanes, sums[k]);
    sum += (lanes[0] + lanes[1]) + (lanes[2] + lanes[3]);
  }
  return sum;
}

template <int Unroll>
AVX512_TARGET void scale_avx512(float* x, std::size_t n, float factor) {
  const __m512 f = _mm512_set1_ps(factor);
  std::size_t i = 0;
  for (; i + 16 * Unroll <= n; i += 16 * Unroll) {
#pragma GCC unroll 8
    for (int k = 0; k < Unroll; ++k) {
      _mm512_storeu_ps(x + i + 16 * k, _mm512_mul_ps(f, _mm512_loadu_ps(x + i + 16 * k)));
    }
  }
  for (; i < n; ++i) x[i] *= factor;
}

template <int Unroll>
AVX2_TARGET void scale_avx2(float* x, std::size_t n, float factor) {
  const __m256 f = _mm256_set1_ps(factor);
  std::size_t i = 0;
  for (; i + 8 * Unroll <= n; i += 8 * Unroll) {
#pragma GCC unroll 8
    for (int k = 0; k < Unroll; ++k) {
      _mm256_storeu_ps(x + i + 8 * k, _mm256_mul_ps(f, _mm256_loadu_ps(x + i + 8 * k)));
    }
  }
  for (; i < n; ++i) x[i] *= factor;
}

template <class Loop>
std::vector<Unrolled<Loop>> those_that_run(const Loop (&avx2)[4], const Loop (&avx512)[4]) {
  const char* names[] = {"", ", twice unrolled", ", four times unrolled", ", eight times unrolled"};
  std::vector<Unrolled<Loop>> all;
  const bool wide = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                    __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
  for (int k = 0; k < 4; ++k) {
    all.push_back({std::string("AVX2") + names[k], avx2[k]});
    if (wide) all.push_back({std::string("AVX-512") + names[k], avx512[k]});
  }
  return all;
}

template <Term T>
std::vector<Unrolled<SumLoop>> sums() {
  return those_that_run<SumLoop>(
      {sum_avx2<T, 1>, sum_avx2<T, 2>, sum_avx2<T, 4>, sum_avx2<T, 8>},
      {sum_avx512<T, 1>, sum_avx512<T, 2>, sum_avx512<T, 4>, sum_avx512<T, 8>});
}

}  // namespace

std::vector<Unrolled<SumLoop>> sum_loops() {
  return sums<Term::value>();
}

std::vector<Unrolled<SumLoop>> square_loops() {
  return sums<Term::square>();
}

std::vector<Unrolled<ScaleLoop>> scale_loops() {
  return those_that_run<ScaleLoop>(
      {scale_avx2<1>, scale_avx2<2>, scale_avx2<4>, scale_avx2<8>},
      {scale_avx512<1>, scale_avx512<2>, scale_avx512<4>, scale_avx512<8>});
}

}  // namespace bench
