// SPDX-License-Identifier: MIT
// The passes of several chains as one, for whoever watches a step that they make together.
#pragma once

#include "eigentrain/core/observer.hpp"

namespace eigentrain::detail {

/// Gathers the passes of a step's parts, and makes them as one pass over the tensors in the order
/// of the list that the parts share. What a pass is told of a tensor is what it was told by its own
/// part's list.
template <class S, std::size_t Parts>
class JointPass {
 public:
  /// A step begins over a list of n tensors. Allocates in the first one only.
  void begin(std::size_t n) {
    elements_.tensors.resize(n);
    sources_.resize(n);
    for (Offer& offer : offers_) offer = {};
  }

  /// Part k has measured, and waits with its pass.
  template <class Pass>
  void add(std::size_t k, const Elements<S>& elements, const Pass& pass) {
    offers_[k] = {&elements, any_pass<S>(pass)};
  }

  /// Puts the tensors together that wait, where part_of[i] is the part of tensor i of the list.
  /// False if no part waits.
  EIGENTRAIN_COLD bool join(const Buffer<Index>& part_of) {
    std::size_t next[Parts] = {}, joined = 0;  // the next tensor to take of each part; all taken
    Index numbers[Parts] = {};                 // how many of each part's list were passed
    bool any = false;
    for (const Offer& offer : offers_) any = any || offer.elements != nullptr;
    elements_.tensors.resize(part_of.size());
    elements_.total = 0;
    for (std::size_t i = 0; i < part_of.size(); ++i) {
      const auto k = static_cast<std::size_t>(part_of[i]);
      const Index number = numbers[k]++;
      if (offers_[k].elements == nullptr) continue;
      const Buffer<Tensor<S>>& tensors = offers_[k].elements->tensors;
      // It isn't there if it is frozen, or has no values.
      if (next[k] == tensors.size() || tensors[next[k]].number != number) continue;
      const Tensor<S>& source = tensors[next[k]++];
      sources_[i] = {&source, &offers_[k].pass};
      Tensor<S>& tensor = elements_.tensors[joined++];
      tensor = source;
      tensor.number = static_cast<Index>(i);
      tensor.first = elements_.total;
      elements_.total += source.parameter.size();
    }
    elements_.tensors.resize(joined);
    return any;
  }

  /// What was joined, numbered as in the list.
  const Elements<S>& elements() const { return elements_; }

  /// Makes the pass of the part whose tensor it is.
  void operator()(const Tensor<S>& tensor, const Run<S>& run) const {
    const Source& source = sources_[static_cast<std::size_t>(tensor.number)];
    const Index first = run.first - tensor.first + source.tensor->first;
    (*source.pass)(*source.tensor, {run.parameter, run.gradient, run.state, first, run.size});
  }

 private:
  struct Offer {
    const Elements<S>* elements = nullptr;
    AnyPass<S> pass;
  };
  struct Source {
    const Tensor<S>* tensor;
    const AnyPass<S>* pass;
  };

  Offer offers_[Parts];
  Elements<S> elements_;
  Buffer<Source> sources_;  // by the tensors' numbers in the list
};

}  // namespace eigentrain::detail
