// SPDX-License-Identifier: MIT
// Runs: neighbouring values, which is what kernels work on.
#pragma once

#include <algorithm>
#include <array>
#include <utility>

#include "eigentrain/core/rule.hpp"

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
          tensor.state + within, at, std::min(end - at, std::min(p.inner - p_at, g.inner - g_at))};
}

/// Calls body(tensor, run) for the elements [begin, end) of all tensors, in order.
template <class S, class Body>
void for_each_run(const Buffer<Tensor<S>>& tensors, Index begin, Index end, const Body& body) {
  const Tensor<S>* tensor = tensor_at(tensors, begin);
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

}  // namespace eigentrain::detail
