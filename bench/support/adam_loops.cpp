// SPDX-License-Identifier: MIT
#include "adam_loops.hpp"

#include <immintrin.h>

#include <cstring>
#include <iterator>

// gcc 12 takes the undefined registers in its own intrinsics for a mistake of ours.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif

#define AVX2_TARGET __attribute__((target("avx2,fma")))
#define AVX512_TARGET __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,fma")))
#define INLINE __attribute__((always_inline)) inline

namespace bench {
namespace {

// Sixteen values in a register. In the last one, `mask` says which of them are there.
template <Algorithm A, bool Fma, bool Last = false>
AVX512_TARGET INLINE void adam_avx512(const Tensor& t, const AdamScalars& s, std::size_t i,
                                      __mmask16 mask = 0xFFFF) {
  const __m512 g = Last ? _mm512_maskz_loadu_ps(mask, t.g + i) : _mm512_loadu_ps(t.g + i);
  __m512 p = Last ? _mm512_maskz_loadu_ps(mask, t.p + i) : _mm512_loadu_ps(t.p + i);
  __m512 m = Last ? _mm512_maskz_loadu_ps(mask, t.m + i) : _mm512_loadu_ps(t.m + i);
  __m512 v = Last ? _mm512_maskz_loadu_ps(mask, t.v + i) : _mm512_loadu_ps(t.v + i);
  const __m512 new_m = _mm512_mul_ps(_mm512_set1_ps(s.rest1), g);
  const __m512 new_v = _mm512_mul_ps(_mm512_mul_ps(_mm512_set1_ps(s.rest2), g), g);
  __m512 below;
  if constexpr (Fma) {
    m = _mm512_fmadd_ps(_mm512_set1_ps(s.beta1), m, new_m);
    v = _mm512_fmadd_ps(_mm512_set1_ps(s.beta2), v, new_v);
    below = _mm512_fmadd_ps(_mm512_sqrt_ps(v), _mm512_set1_ps(s.root), _mm512_set1_ps(s.epsilon));
  } else {
    m = _mm512_add_ps(_mm512_mul_ps(_mm512_set1_ps(s.beta1), m), new_m);
    v = _mm512_add_ps(_mm512_mul_ps(_mm512_set1_ps(s.beta2), v), new_v);
    below = _mm512_add_ps(_mm512_mul_ps(_mm512_sqrt_ps(v), _mm512_set1_ps(s.root)),
                          _mm512_set1_ps(s.epsilon));
  }
  const __m512 direction = _mm512_div_ps(m, below);
  if constexpr (A == Algorithm::adamw) p = _mm512_mul_ps(p, _mm512_set1_ps(s.keep));
  if constexpr (Fma) {
    p = _mm512_fnmadd_ps(_mm512_set1_ps(s.rate), direction, p);
  } else {
    p = _mm512_sub_ps(p, _mm512_mul_ps(_mm512_set1_ps(s.rate), direction));
  }
  if constexpr (Last) {
    _mm512_mask_storeu_ps(t.p + i, mask, p);
    _mm512_mask_storeu_ps(t.m + i, mask, m);
    _mm512_mask_storeu_ps(t.v + i, mask, v);
  } else {
    _mm512_storeu_ps(t.p + i, p);
    _mm512_storeu_ps(t.m + i, m);
    _mm512_storeu_ps(t.v + i, v);
  }
}

template <Algorithm A, bool Fma, int Unroll>
AVX512_TARGET void avx512_loop(const Tensor& tensor, const AdamScalars& scalars) {
  const Tensor t = tensor;
  const AdamScalars s = scalars;
  constexpr std::size_t width = 16;
  std::size_t i = 0;
  for (; i + Unroll * width <= t.size; i += Unroll * width) {
    adam_avx512<A, Fma>(t, s, i);
    if constexpr (Unroll > 1) adam_avx512<A, Fma>(t, s, i + width);
    if constexpr (Unroll > 2) adam_avx512<A, Fma>(t, s, i + 2 * width);
    if constexpr (Unroll > 3) adam_avx512<A, Fma>(t, s, i + 3 * width);
  }
  for (; i + width <= t.size; i += width) adam_avx512<A, Fma>(t, s, i);
  if (i == t.size) return;
  adam_avx512<A, Fma, true>(t, s, i, static_cast<__mmask16>((1u << (t.size - i)) - 1));
}

template <Algorithm A, bool Fma>
AVX2_TARGET INLINE void adam_avx2(const Tensor& t, const AdamScalars& s, std::size_t i) {
  const __m256 g = _mm256_loadu_ps(t.g + i);
  __m256 p = _mm256_loadu_ps(t.p + i);
  __m256 m = _mm256_loadu_ps(t.m + i);
  __m256 v = _mm256_loadu_ps(t.v + i);
  const __m256 new_m = _mm256_mul_ps(_mm256_set1_ps(s.rest1), g);
  const __m256 new_v = _mm256_mul_ps(_mm256_mul_ps(_mm256_set1_ps(s.rest2), g), g);
  __m256 below;
  if constexpr (Fma) {
    m = _mm256_fmadd_ps(_mm256_set1_ps(s.beta1), m, new_m);
    v = _mm256_fmadd_ps(_mm256_set1_ps(s.beta2), v, new_v);
    below = _mm256_fmadd_ps(_mm256_sqrt_ps(v), _mm256_set1_ps(s.root), _mm256_set1_ps(s.epsilon));
  } else {
    m = _mm256_add_ps(_mm256_mul_ps(_mm256_set1_ps(s.beta1), m), new_m);
    v = _mm256_add_ps(_mm256_mul_ps(_mm256_set1_ps(s.beta2), v), new_v);
    below = _mm256_add_ps(_mm256_mul_ps(_mm256_sqrt_ps(v), _mm256_set1_ps(s.root)),
                          _mm256_set1_ps(s.epsilon));
  }
  const __m256 direction = _mm256_div_ps(m, below);
  if constexpr (A == Algorithm::adamw) p = _mm256_mul_ps(p, _mm256_set1_ps(s.keep));
  if constexpr (Fma) {
    p = _mm256_fnmadd_ps(_mm256_set1_ps(s.rate), direction, p);
  } else {
    p = _mm256_sub_ps(p, _mm256_mul_ps(_mm256_set1_ps(s.rate), direction));
  }
  _mm256_storeu_ps(t.p + i, p);
  _mm256_storeu_ps(t.m + i, m);
  _mm256_storeu_ps(t.v + i, v);
}

template <Algorithm A, bool Fma, int Unroll>
AVX2_TARGET void avx2_loop(const Tensor& tensor, const AdamScalars& scalars) {
  const Tensor t = tensor;
  const AdamScalars s = scalars;
  constexpr std::size_t width = 8;
  std::size_t i = 0;
  for (; i + Unroll * width <= t.size; i += Unroll * width) {
    adam_avx2<A, Fma>(t, s, i);
    if constexpr (Unroll > 1) adam_avx2<A, Fma>(t, s, i + width);
    if constexpr (Unroll > 2) adam_avx2<A, Fma>(t, s, i + 2 * width);
    if constexpr (Unroll > 3) adam_avx2<A, Fma>(t, s, i + 3 * width);
  }
  for (; i + width <= t.size; i += width) adam_avx2<A, Fma>(t, s, i);
  if (i == t.size) return;
  float p[8] = {}, g[8] = {}, m[8] = {}, v[8] = {};
  const std::size_t bytes = (t.size - i) * sizeof(float);
  std::memcpy(p, t.p + i, bytes);
  std::memcpy(g, t.g + i, bytes);
  std::memcpy(m, t.m + i, bytes);
  std::memcpy(v, t.v + i, bytes);
  adam_avx2<A, Fma>({p, g, m, v, width}, s, 0);
  std::memcpy(t.p + i, p, bytes);
  std::memcpy(t.m + i, m, bytes);
  std::memcpy(t.v + i, v, bytes);
}

bool has_avx512() {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
}

template <Algorithm A>
std::vector<NamedLoop> loops() {
  std::vector<NamedLoop> all = {{"AVX2, FMA", avx2_loop<A, true, 1>},
                                {"AVX2, FMA, twice unrolled", avx2_loop<A, true, 2>},
                                {"AVX2, FMA, four times unrolled", avx2_loop<A, true, 4>},
                                {"AVX2", avx2_loop<A, false, 1>},
                                {"AVX2, twice unrolled", avx2_loop<A, false, 2>}};
  if (!has_avx512()) return all;
  const NamedLoop wide[] = {{"AVX-512, FMA", avx512_loop<A, true, 1>},
                            {"AVX-512, FMA, twice unrolled", avx512_loop<A, true, 2>},
                            {"AVX-512, FMA, four times unrolled", avx512_loop<A, true, 4>},
                            {"AVX-512", avx512_loop<A, false, 1>},
                            {"AVX-512, twice unrolled", avx512_loop<A, false, 2>}};
  all.insert(all.end(), std::begin(wide), std::end(wide));
  return all;
}

// The tails of the bounds are left out: they are bounds.
AVX512_TARGET void touch_avx512(const Tensor& t) {
  for (std::size_t i = 0; i + 16 <= t.size; i += 16) {
    const __m512 g = _mm512_loadu_ps(t.g + i);
    _mm512_storeu_ps(t.p + i, _mm512_add_ps(_mm512_loadu_ps(t.p + i), g));
    _mm512_storeu_ps(t.m + i, _mm512_add_ps(_mm512_loadu_ps(t.m + i), g));
    _mm512_storeu_ps(t.v + i, _mm512_add_ps(_mm512_loadu_ps(t.v + i), g));
  }
}

AVX2_TARGET void touch_avx2(const Tensor& t) {
  for (std::size_t i = 0; i + 8 <= t.size; i += 8) {
    const __m256 g = _mm256_loadu_ps(t.g + i);
    _mm256_storeu_ps(t.p + i, _mm256_add_ps(_mm256_loadu_ps(t.p + i), g));
    _mm256_storeu_ps(t.m + i, _mm256_add_ps(_mm256_loadu_ps(t.m + i), g));
    _mm256_storeu_ps(t.v + i, _mm256_add_ps(_mm256_loadu_ps(t.v + i), g));
  }
}

AVX512_TARGET float read_avx512(const Tensor& t) {
  __m512 p = _mm512_setzero_ps(), g = p, m = p, v = p;
  for (std::size_t i = 0; i + 16 <= t.size; i += 16) {
    p = _mm512_add_ps(p, _mm512_loadu_ps(t.p + i));
    g = _mm512_add_ps(g, _mm512_loadu_ps(t.g + i));
    m = _mm512_add_ps(m, _mm512_loadu_ps(t.m + i));
    v = _mm512_add_ps(v, _mm512_loadu_ps(t.v + i));
  }
  return _mm512_reduce_add_ps(_mm512_add_ps(_mm512_add_ps(p, g), _mm512_add_ps(m, v)));
}

AVX2_TARGET float read_avx2(const Tensor& t) {
  __m256 p = _mm256_setzero_ps(), g = p, m = p, v = p;
  for (std::size_t i = 0; i + 8 <= t.size; i += 8) {
    p = _mm256_add_ps(p, _mm256_loadu_ps(t.p + i));
    g = _mm256_add_ps(g, _mm256_loadu_ps(t.g + i));
    m = _mm256_add_ps(m, _mm256_loadu_ps(t.m + i));
    v = _mm256_add_ps(v, _mm256_loadu_ps(t.v + i));
  }
  float sums[8];
  _mm256_storeu_ps(sums, _mm256_add_ps(_mm256_add_ps(p, g), _mm256_add_ps(m, v)));
  float sum = 0.0f;
  for (float part : sums) sum += part;
  return sum;
}

}  // namespace

bool has_loops() {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

std::vector<NamedLoop> adam_loops(Algorithm algorithm) {
  if (!has_loops()) return {};
  return algorithm == Algorithm::adam ? loops<Algorithm::adam>() : loops<Algorithm::adamw>();
}

void touch_streams(const Tensor& tensor) {
  has_avx512() ? touch_avx512(tensor) : touch_avx2(tensor);
}

float read_streams(const Tensor& tensor) {
  return has_avx512() ? read_avx512(tensor) : read_avx2(tensor);
}

}  // namespace bench
