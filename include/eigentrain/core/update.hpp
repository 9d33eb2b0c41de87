// SPDX-License-Identifier: MIT
// The one pass over memory in which a step happens.
#pragma once

#include <algorithm>
#include <array>

#include "eigentrain/core/parallel.hpp"
#include "eigentrain/core/rule.hpp"
#include "eigentrain/core/tail.hpp"

namespace eigentrain::detail {

/// Neighbouring values of one tensor, contiguous in the parameter, the gradient and the state.
template <class S>
struct Run {
  S* parameter;
  const S* gradient;
  Index state;  // offset in each stream
  Index first;  // the number of the first value among all elements
  Index size;
};

/// The run that begins at element `at`, up to `end` or a gap in the parameter or the gradient.
template <class S>
EIGENTRAIN_NOINLINE Run<S> run_between_gaps(const Tensor<S>& tensor, Index at, Index end) {
  const Memory<S>& p = tensor.parameter;
  const Memory<const S>& g = tensor.gradient;
  const Index within = at - tensor.first;
  const Index p_at = within % p.inner, g_at = within % g.inner;
  return {p.data + within / p.inner * p.stride + p_at, g.data + within / g.inner * g.stride + g_at,
          tensor.state + within, at, std::min({end - at, p.inner - p_at, g.inner - g_at})};
}

/// Calls body(tensor, run) for the elements [begin, end) of all tensors, in order.
template <class S, class Body>
void for_each_run(const Buffer<Tensor<S>>& tensors, Index begin, Index end, const Body& body) {
  const Tensor<S>* tensor = tensors.begin();
  for (std::size_t left = tensors.size(); left > 1;) {  // to the last one that begins by `begin`
    const std::size_t half = left / 2;
    if (tensor[half].first <= begin) tensor += half;
    left -= half;
  }
  for (Index at = begin; at < end;) {
    const Index within = at - tensor->first;
    const Index last = std::min(end, tensor->first + tensor->parameter.size());
    Run<S> run{tensor->parameter.data + within, tensor->gradient.data + within,
               tensor->state + within, at, last - at};
    if (tensor->parameter.outer != 1 || tensor->gradient.outer != 1) {
      run = run_between_gaps(*tensor, at, last);
    }
    body(*tensor, run);
    at += run.size;
    if (at == last) ++tensor;
  }
}

/// The first stream of each rule's state, and pointers into those streams.
template <class S, class... Rules>
auto state_pointers(S* const* streams, Index offset) {
  std::array<S*, static_cast<std::size_t>(total_arity<S, Rules...>)> pointers{};
  for (std::size_t k = 0; k != pointers.size(); ++k) pointers[k] = streams[k] + offset;
  return pointers;
}

struct Subtract {
  template <class P>
  static EIGENTRAIN_INLINE P store(const P& p, const P& u) {
    return p - u;
  }
};
struct Assign {
  template <class P>
  static EIGENTRAIN_INLINE P store(const P&, const P& u) {
    return u;
  }
};

/// p ← p − u or p ← u, with u = rules(g, p, state), for n elements; state updated in place.
template <class How, class S, std::size_t Slots, class... Rules>
void update_run(S* parameter, const S* gradient, const std::array<S*, Slots>& streams, Index n,
                const Rules&... rules) {
  simd_dispatch([=]<int Bytes>() EIGENTRAIN_INLINE_LAMBDA {
    using P = Packet<S, Bytes / static_cast<int>(sizeof(S))>;
    const int head = head_size<S, P::size>(parameter, n);
    S buffer[(Slots + 2) * P::size];
    for (Index done = 0; done < n;) {
      S* p_at = parameter + done;
      const S* g_at = gradient + done;
      auto state_at = streams;
      for (std::size_t k = 0; k != Slots; ++k) state_at[k] += done;

      // Less than a register, at the head or the tail, goes through the same loop as everything
      // else, in buffers, so that an element's result can't depend on where it stands.
      const Index left = n - done;
      const int part = done == 0 && head > 0 ? head : left < P::size ? static_cast<int>(left) : 0;
      const Index size = part > 0 ? P::size : left / P::size * P::size;
      if (part > 0) {
        const auto move_to_buffer = [&](auto& at, S* room) EIGENTRAIN_INLINE_LAMBDA {
          fill_register<S, P::size>(room, at, part);
          at = room;
        };
        move_to_buffer(p_at, buffer);
        move_to_buffer(g_at, buffer + P::size);
        for (std::size_t k = 0; k != Slots; ++k) {
          move_to_buffer(state_at[k], buffer + (k + 2) * P::size);
        }
      }
      for (Index i = 0; i < size; i += P::size) {
        const P p = P::load(p_at + i);
        P state[Slots + 1];
        for (std::size_t k = 0; k != Slots; ++k) state[k] = P::load(state_at[k] + i);
        const P u = apply(P::load(g_at + i), p, state, rules...);
        How::store(p, u).store(p_at + i);
        for (std::size_t k = 0; k != Slots; ++k) state[k].store(state_at[k] + i);
      }
      if (part > 0) {
        empty_register<S, P::size>(parameter + done, p_at, part);
        for (std::size_t k = 0; k != Slots; ++k) {
          empty_register<S, P::size>(streams[k] + done, state_at[k], part);
        }
      }
      done += part > 0 ? part : size;
    }
  });
}

/// Runs the rules over all tensors: every parameter, gradient and state value is loaded once and
/// stored once. `streams` are the state streams that the rules use, in their order.
template <class How, class S, class... Rules>
void update(const Elements<S>& elements, S* const* streams, const Rules&... rules) {
  parallel_ranges(elements.total, Index(1) << 14, [&](Index begin, Index end) {
    for_each_run(elements.tensors, begin, end, [&](const Tensor<S>& tensor, const Run<S>& run) {
      update_run<How>(run.parameter, run.gradient, state_pointers<S, Rules...>(streams, run.state),
                      run.size, rule_for(rules, *tensor.options)...);
    });
  });
}

/// Throws std::invalid_argument if a gradient was added as const.
template <class S>
void require_writable_gradients(const Elements<S>& elements, std::string_view owner) {
  for (const Tensor<S>& tensor : elements.tensors) {
    require(!tensor.gradient_is_const, owner, ": the gradient of ", tensor.name,
            " was added as const");
  }
}

/// g ← rule(g, g) for all gradients, in place. They must be writable.
template <class S, class Rule>
void update_gradients(Elements<S>& elements, const Rule& rule) {
  for (Tensor<S>& tensor : elements.tensors) {
    const Memory<const S>& g = tensor.gradient;
    tensor.parameter = {const_cast<S*>(g.data), g.inner, g.outer, g.stride};
  }
  update<Assign>(elements, static_cast<S* const*>(nullptr), rule);
}

}  // namespace eigentrain::detail
