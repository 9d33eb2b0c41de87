// SPDX-License-Identifier: MIT
// The one pass over memory in which a step happens.
#pragma once

#include "eigentrain/core/parallel.hpp"
#include "eigentrain/core/run.hpp"
#include "eigentrain/core/tail.hpp"

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

/// Neighbouring elements of a pass: `size` values of the gradient, the parameter and each state
/// stream.
template <class S, std::size_t Slots>
struct Strip {
  Index size;
  const S* gradient;
  S* values[Slots + 1];  // the parameter's, then the state's
};

/// The loop over a strip in registers of `Bytes`, of which it has a whole number. K counts the
/// state streams.
template <class How, int Bytes, class S, std::size_t... K, class... Rules>
EIGENTRAIN_INLINE void update_strip(std::index_sequence<K...>, const Strip<S, sizeof...(K)>& strip,
                                    const Rules&... rules) {
  constexpr int width = Bytes / static_cast<int>(sizeof(S));
  using P = Packet<S, width>;
  for (Index i = 0; i < strip.size; i += width) {
    const P p = P::load(strip.values[0] + i);
    P state[] = {P::load(strip.values[K + 1] + i)..., P()};
    const P u = apply(P::load(strip.gradient + i), p, state, rules...);
    if constexpr (How::writes) How::store(p, u).store(strip.values[0] + i);
    (state[K].store(strip.values[K + 1] + i), ...);
  }
}

/// p ← p − u, p ← u or p as it is, with u = rules(g, p, state), for n elements; state updated in
/// place. In registers no wider than those of `widest`.
///
/// All elements go through the same loop over whole registers, so that a result can't depend on
/// where its element stands. Where n is no multiple of a register, or the first parameter isn't
/// aligned to one, copies of the first and the last elements are a strip of their own, as many as
/// the widest register holds: they overlap with the others, and what they have become is put back
/// when those are done, the same results again where it overlaps. The kernels, of which there is
/// one for every level, know nothing of this, for the compile time.
template <class How, class S, std::size_t Slots, class... Rules>
void update_run(SimdLevel widest, S* parameter, const S* gradient,
                const std::array<S*, Slots>& streams, Index n, const Rules&... rules) {
  constexpr Index room = padded_size<S>;
  const SimdLevel level = simd_level_within(widest);
  const Index width = static_cast<Index>(level) / static_cast<Index>(sizeof(S));
  const Index head = head_size(parameter, n, width), tail = n < room ? n : (n - head) % width;
  const bool even = head + tail == 0;
  S ends[Slots + 2][2 * room];
  Strip<S, Slots> strips[2];  // the ends, and what lies between
  strips[1].size = n - tail - head;
  strips[1].gradient = gradient + head;
  for (std::size_t k = 0; k <= Slots; ++k) {
    strips[1].values[k] = (k == 0 ? parameter : streams[k - 1]) + head;
  }
  if (!even) {
    strips[0].size = n < room ? room : 2 * room;
    strips[0].gradient = take_ends(ends[Slots + 1], gradient, n);
    for (std::size_t k = 0; k <= Slots; ++k) {
      strips[0].values[k] = take_ends(ends[k], strips[1].values[k] - head, n);
    }
  }
  const auto kernel = [=, strip = &strips[even ? 1 : 0],
                       end = strips + 2]<int Bytes>() EIGENTRAIN_INLINE_LAMBDA {
    for (const Strip<S, Slots>* at = strip; at != end; ++at) {
      const Strip<S, Slots> local = *at;  // stores through its pointers can't change it
      update_strip<How, Bytes>(std::make_index_sequence<Slots>(), local, rules...);
    }
  };
  simd_dispatch(kernel, level);
  if (even) return;
  for (std::size_t k = How::writes ? 0 : 1; k <= Slots; ++k) {
    put_ends(strips[1].values[k] - head, ends[k], n);
  }
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
  parallel_cuts((elements.total + worth - 1) / worth, cut,
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
void require_writable_gradients(const Elements<S>& elements, std::string_view owner) {
  for (const Tensor<S>& tensor : elements.tensors) {
    require(!tensor.gradient_is_const, owner, ": the gradient of ", tensor.name,
            " was added as const");
  }
}

/// g ← rule(g, g, state...) for all gradients, in place. They must be writable. The rule may be
/// either() of two.
template <class S, class Rule>
void update_gradients(Elements<S>& elements, const Rule& rule, S* const* streams = nullptr) {
  for (Tensor<S>& tensor : elements.tensors) {
    const Memory<const S>& g = tensor.gradient;
    tensor.parameter = {const_cast<S*>(g.data), g.inner, g.outer, g.stride};
  }
  with_choice(rule, [&](const auto& chosen) { update<Assign>(elements, streams, chosen); });
}

}  // namespace eigentrain::detail
