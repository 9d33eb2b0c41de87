// SPDX-License-Identifier: MIT
// The loops by hand, generic over the rule and over the registers: to be included by a file that is
// compiled for the instructions of `Lanes`. Nothing here may be an inline function that other files
// have too: the linker would keep one of the two, maybe the one that this processor can't run.
#pragma once

#include <cstddef>

#include "rules.hpp"

namespace bench {
namespace {

/// One register of parameters goes through a rule: (g, p, first, second, third state) in, the same
/// out. Multiplications and additions are fused, which a loop by hand may do.
template <Rule R, class L, class V = typename L::Register>
inline __attribute__((always_inline)) void apply(const V& g, V& p, V& m, V& v, V& w,
                                                 const RuleScalars& s) {
  const V rate = L::all(s.rate);
  if constexpr (R == Rule::sgd) {
    p = L::minus_product(rate, g, p);
  } else if constexpr (R == Rule::momentum) {
    m = L::product_plus(L::all(s.beta1), m, g);
    p = L::minus_product(rate, m, p);
  } else if constexpr (R == Rule::rms_prop) {
    v = L::product_plus(L::all(s.beta2), v, L::times(L::times(L::all(s.rest2), g), g));
    p = L::minus_product(rate, L::over(g, L::plus(L::root(v), L::all(s.epsilon))), p);
  } else if constexpr (R == Rule::adagrad) {
    v = L::product_plus(g, g, v);
    p = L::minus_product(rate, L::over(g, L::plus(L::root(v), L::all(s.epsilon))), p);
  } else if constexpr (R == Rule::lion) {
    const V mixed = L::product_plus(L::all(s.beta1), m, L::times(L::all(s.rest1), g));
    m = L::product_plus(L::all(s.beta2), m, L::times(L::all(s.rest2), g));
    p = L::minus_product(rate, L::sign(mixed), L::times(p, L::all(s.keep)));
  } else {
    m = L::product_plus(L::all(s.beta1), m, L::times(L::all(s.rest1), g));
    v = L::product_plus(L::all(s.beta2), v, L::times(L::times(L::all(s.rest2), g), g));
    if constexpr (R == Rule::amsgrad) w = L::larger(w, v);
    if constexpr (R == Rule::adamw) p = L::times(p, L::all(s.keep));
    const V root = L::root(R == Rule::amsgrad ? w : v);
    p = L::minus_product(rate, L::over(m, L::product_plus(root, L::all(s.root), L::all(s.epsilon))),
                         p);
  }
}

/// Loads and stores no more streams than the rule has.
template <Rule R, class L>
inline __attribute__((always_inline)) void at(const Tensor& t, const RuleScalars& s,
                                              std::size_t i) {
  constexpr bool has_w = R == Rule::amsgrad;
  constexpr bool has_v =
      has_w || R == Rule::adam || R == Rule::adamw || R == Rule::rms_prop || R == Rule::adagrad;
  constexpr bool has_m = R != Rule::sgd && R != Rule::rms_prop && R != Rule::adagrad;
  const auto g = L::load(t.g + i);
  auto p = L::load(t.p + i), m = g, v = g, w = g;
  if constexpr (has_m) m = L::load(t.m + i);
  if constexpr (has_v) v = L::load(t.v + i);
  if constexpr (has_w) w = L::load(t.w + i);
  apply<R, L>(g, p, m, v, w, s);
  L::store(t.p + i, p);
  if constexpr (has_m) L::store(t.m + i, m);
  if constexpr (has_v) L::store(t.v + i, v);
  if constexpr (has_w) L::store(t.w + i, w);
}

template <Rule R, class L, int Unroll>
void loop(const Tensor& tensor, const RuleScalars& scalars) {
  const Tensor t = tensor;
  const RuleScalars s = scalars;
  constexpr std::size_t width = L::width;
  std::size_t i = 0;
  for (; i + Unroll * width <= t.size; i += Unroll * width) {
    at<R, L>(t, s, i);
    if constexpr (Unroll > 1) at<R, L>(t, s, i + width);
    if constexpr (Unroll > 2) at<R, L>(t, s, i + 2 * width);
    if constexpr (Unroll > 2) at<R, L>(t, s, i + 3 * width);
  }
  for (; i + width <= t.size; i += width) at<R, L>(t, s, i);
  if (i == t.size) return;
  float ends[5][width] = {};
  float* const streams[] = {t.p, t.g, t.m, t.v, t.w};
  const std::size_t rest = t.size - i;
  for (int k = 0; k < 5; ++k) {
    for (std::size_t j = 0; j < rest && streams[k] != nullptr; ++j) ends[k][j] = streams[k][i + j];
  }
  at<R, L>({ends[0], ends[1], ends[2], ends[3], width, ends[4]}, s, 0);
  for (int k = 0; k < 5; ++k) {
    if (k == 1) continue;
    for (std::size_t j = 0; j < rest && streams[k] != nullptr; ++j) streams[k][i + j] = ends[k][j];
  }
}

/// LARS and LAMB: a first pass for the norms of the parameters and of the update, which LAMB keeps
/// in w until the second.
template <Rule R, class L>
struct Trust {
  using V = typename L::Register;
  V p2 = L::all(0.0f), u2 = L::all(0.0f);

  inline __attribute__((always_inline)) void read(const Tensor& t, const RuleScalars& s,
                                                  std::size_t i) {
    const V p = L::load(t.p + i), g = L::load(t.g + i);
    V u = g;
    if constexpr (R == Rule::lamb) {
      V m = L::load(t.m + i), v = L::load(t.v + i);
      m = L::product_plus(L::all(s.beta1), m, L::times(L::all(s.rest1), g));
      v = L::product_plus(L::all(s.beta2), v, L::times(L::times(L::all(s.rest2), g), g));
      u = L::over(m, L::product_plus(L::root(v), L::all(s.root), L::all(s.epsilon)));
      u = L::product_plus(L::all(s.decay), p, u);
      L::store(t.m + i, m);
      L::store(t.v + i, v);
      L::store(t.w + i, u);
    }
    p2 = L::product_plus(p, p, p2);
    u2 = L::product_plus(u, u, u2);
  }

  static inline __attribute__((always_inline)) void write(const Tensor& t, const RuleScalars& s,
                                                          float scale, std::size_t i) {
    V p = L::load(t.p + i);
    if constexpr (R == Rule::lamb) {
      p = L::minus_product(L::all(scale), L::load(t.w + i), p);
    } else {
      const V u = L::product_plus(L::all(s.decay), p, L::load(t.g + i));
      const V m = L::product_plus(L::all(s.beta1), L::load(t.m + i), L::times(L::all(scale), u));
      L::store(t.m + i, m);
      p = L::minus_product(L::all(1.0f), m, p);
    }
    L::store(t.p + i, p);
  }
};

/// Sizes must be multiples of a register.
template <Rule R, class L, int Unroll>
void trust_loop(const Tensor& tensor, const RuleScalars& scalars) {
  const Tensor t = tensor;
  const RuleScalars s = scalars;
  constexpr std::size_t width = L::width;
  Trust<R, L> sums[Unroll];
  std::size_t i = 0;
  for (; i + Unroll * width <= t.size; i += Unroll * width) {
    for (std::size_t k = 0; k < Unroll; ++k) sums[k].read(t, s, i + k * width);
  }
  for (; i < t.size; i += width) sums[0].read(t, s, i);
  double p2 = 0.0, u2 = 0.0;
  for (const Trust<R, L>& sum : sums) {
    float lanes[width];
    L::store(lanes, sum.p2);
    for (const float lane : lanes) p2 += static_cast<double>(lane);
    L::store(lanes, sum.u2);
    for (const float lane : lanes) u2 += static_cast<double>(lane);
  }
  const double p_norm = __builtin_sqrt(p2);
  const double decayed = R == Rule::lars ? static_cast<double>(s.decay) * p_norm : 0.0;
  const double below = __builtin_sqrt(u2) + decayed;
  const double ratio = p_norm > 0.0 && below > 0.0 ? p_norm / below : 1.0;
  const auto scale =
      static_cast<float>(static_cast<double>(s.rate) * static_cast<double>(s.trust) * ratio);
  i = 0;
  for (; i + Unroll * width <= t.size; i += Unroll * width) {
    for (std::size_t k = 0; k < Unroll; ++k) Trust<R, L>::write(t, s, scale, i + k * width);
  }
  for (; i < t.size; i += width) Trust<R, L>::write(t, s, scale, i);
}

template <Rule R, class L>
constexpr RuleLoops trust_loops_of = {
    {trust_loop<R, L, 1>, trust_loop<R, L, 2>, trust_loop<R, L, 4>}};

template <Rule R, class L>
constexpr RuleLoops loops_of = {{loop<R, L, 1>, loop<R, L, 2>, loop<R, L, 4>}};

template <class L>
RuleLoops loops_for(Rule rule) {
  switch (rule) {
    case Rule::sgd:
      return loops_of<Rule::sgd, L>;
    case Rule::momentum:
      return loops_of<Rule::momentum, L>;
    case Rule::rms_prop:
      return loops_of<Rule::rms_prop, L>;
    case Rule::adam:
      return loops_of<Rule::adam, L>;
    case Rule::adamw:
      return loops_of<Rule::adamw, L>;
    case Rule::amsgrad:
      return loops_of<Rule::amsgrad, L>;
    case Rule::adagrad:
      return loops_of<Rule::adagrad, L>;
    case Rule::lion:
      return loops_of<Rule::lion, L>;
    case Rule::lars:
      return trust_loops_of<Rule::lars, L>;
    case Rule::lamb:
      return trust_loops_of<Rule::lamb, L>;
  }
  return {};
}

}  // namespace
}  // namespace bench
