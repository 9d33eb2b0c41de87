// SPDX-License-Identifier: MIT
// The one pass over memory in which a step happens.
#pragma once

#include "eigentrain/core/parallel.hpp"
#include "eigentrain/core/strips.hpp"

namespace eigentrain::detail {

// What happens to the parameter.
struct Subtract {
  static constexpr bool writes = true;
  template <class P>
  static EIGENTRAIN_INLINE P store(const P& p, const P& u) {
    return p - u;
  }
};
struct Assign {
  static constexpr bool writes = true;
  template <class P>
  static EIGENTRAIN_INLINE P store(const P&, const P& u) {
    return u;
  }
};
struct Keep {
  static constexpr bool writes = false;
  template <class P>
  static EIGENTRAIN_INLINE P store(const P& p, const P&) {
    return p;
  }
};

/// The loop over a strip in registers of `Bytes`, of which it has a whole number. K counts the
/// state streams.
template <class How, int Bytes, class S, std::size_t... K, class... Rules>
EIGENTRAIN_INLINE void update_strip(std::index_sequence<K...>, const Strip<S, sizeof...(K)>& strip,
                                    const Rules&... rules) {
  constexpr int width = Bytes / static_cast<int>(sizeof(S));
  using P = Packet<S, width>;
  for (Index i = 0; i < strip.size; i += width) {
    const P p = read_once(P::load(strip.from[0] + i));
    P state[] = {P::load(strip.from[K + 1] + i)..., P()};
    const P u = apply(P::load(strip.gradient + i), p, state, rules...);
    if constexpr (How::writes) How::store(p, u).store(strip.to[0] + i);
    (state[K].store(strip.to[K + 1] + i), ...);
  }
}

/// p ← p − u, p ← u or p as it is, with u = rules(g, p, state), for n elements; state updated in
/// place. In registers no wider than those of `widest`. The kernels, of which there is one for
/// every level, know nothing of the ends of a run, for the compile time; see Strips.
template <class How, class S, std::size_t Slots, class... Rules>
EIGENTRAIN_INLINE void update_run(SimdLevel widest, S* parameter, const S* gradient,
                                  const std::array<S*, Slots>& streams, Index n,
                                  const Rules&... rules) {
  const SimdLevel level = simd_level_within(widest);
  const auto width = static_cast<Index>(static_cast<std::size_t>(level) / sizeof(S));
  const Strips<S, Slots> strips(parameter, gradient, streams, n, width);
  const auto kernel = [=, begin = strips.begin(),
                       end = strips.end()]<int Bytes>() EIGENTRAIN_INLINE_LAMBDA {
    for (const Strip<S, Slots>* strip = begin; strip != end; ++strip) {
      const Strip<S, Slots> local = *strip;  // stores through its pointers can't change it
      update_strip<How, Bytes>(std::make_index_sequence<Slots>(), local, rules...);
    }
  };
  run_at(level, kernel);
  strips.put_back(How::writes);
}
template <class How, class S, std::size_t Slots, class... Rules>
void update_run(S* parameter, const S* gradient, const std::array<S*, Slots>& streams, Index n,
                const Rules&... rules) {
  update_run<How>(SimdLevel::avx512, parameter, gradient, streams, n, rules...);
}

/// The widest registers for a pass over so many elements. Rules without state do little but wait
/// for the memory where no cache holds the elements, and memory sends more when two loads ask for
/// each line (Zen 4: an eighth more, and more still beside other programs).
template <class S, class... Rules>
SimdLevel widest_for(Index total) {
  constexpr Index cached = (Index(16) << 20) / static_cast<Index>(sizeof(S));
  return total_arity<S, Rules...> == 0 && total > cached ? SimdLevel::avx2 : SimdLevel::avx512;
}

/// The pass over one run of a tensor's elements. `streams` are the state streams that the rules
/// use, in their order.
template <class How, class S, class... Rules>
auto pass_of(const Elements<S>& elements, S* const* streams, const Rules&... rules) {
  const SimdLevel widest = widest_for<S, Rules...>(elements.total);
  return [=, &rules...](const Tensor<S>& tensor, const Run<S>& run) {
    update_run<How>(widest, run.parameter, run.gradient,
                    state_pointers<S, Rules...>(streams, run.state), run.size,
                    rule_for(rules, tensor)...);
  };
}

/// Calls pass(tensor, run) for all runs.
template <class S, class Pass>
void update_runs(const Elements<S>& elements, const Pass& pass) {
  constexpr Index worth = Index(1) << 14;  // of a thread
  const auto cut = [&](Index i, Index n) { return elements.cut(i, n); };
  parallel_cuts(elements.total, (elements.total + worth - 1) / worth, cut,
                [&](Index begin, Index end) { for_each_run(elements.tensors, begin, end, pass); });
}

/// Runs the rules over all tensors: every parameter, gradient and state value is loaded once and
/// stored once.
template <class How, class S, class... Rules>
void update(const Elements<S>& elements, S* const* streams, const Rules&... rules) {
  update_runs(elements, pass_of<How>(elements, streams, rules...));
}

/// Throws std::invalid_argument if a gradient was added as const.
template <class S>
void require_writable_gradients(const Elements<S>& elements, const char* owner) {
  for (const Tensor<S>& tensor : elements.tensors) {
    require(!tensor.gradient_is_const, owner, ": the gradient of ", tensor.name,
            " was added as const");
  }
}

/// g ← rule(g, g, state...) for all gradients, in place. They must be writable. The rule may be
/// either() of two.
template <class S, class Rule>
void update_gradients(const Elements<S>& elements, const Rule& rule, S* const* streams = nullptr) {
  with_choice(rule, [&](const auto& chosen) {
    const auto pass = pass_of<Assign>(elements, streams, chosen);
    update_runs(elements, [&](const Tensor<S>& tensor, Run<S> run) {
      run.parameter = const_cast<S*>(run.gradient);
      pass(tensor, run);
    });
  });
}

}  // namespace eigentrain::detail
