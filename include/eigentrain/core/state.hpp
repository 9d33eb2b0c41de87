// SPDX-License-Identifier: MIT
// The state of a chain and the list of tensors that it belongs to.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "eigentrain/core/arena.hpp"
#include "eigentrain/core/parameters.hpp"

namespace eigentrain::detail {

/// One stream of values for each state slot, with a place in it for every tensor of a list. Copies
/// have memory of their own.
template <class S>
class State {
 public:
  /// Prepares for a step over this list. A new list, which is one with other sizes, is taken only
  /// where `may_change` says so, that is before the first step has been made; its state is zero.
  /// Throws std::invalid_argument otherwise, with nothing changed.
  EIGENTRAIN_COLD void bind(const Parameters<S>& parameters, Index streams, bool may_change) {
    const Index before = static_cast<Index>(places_.size()), now = parameters.size();
    Index same = 0;
    while (same < before && same < now && parameters.count(same) == place_of(same).size) ++same;
    if (same == before && same == now) return;
    if (!may_change) refuse(parameters, same);
    take(parameters, streams);
  }

  /// Tells every tensor where its state begins.
  void place(Elements<S>& elements) {
    for (Tensor<S>& tensor : elements.tensors) tensor.state = place_of(tensor.number).begin;
    elements.state.meet(this);
    elements_.meet(&elements);
  }

  /// Both, for a step over the elements of this list. Nothing is left to do where the step before
  /// was one over them with this state, and neither has become another.
  void prepare(const Parameters<S>& parameters, Elements<S>& elements, Index streams,
               bool may_change) {
    if (elements.state.has_met(this) && elements_.has_met(&elements)) [[likely]] {
      return;
    }
    bind(parameters, streams, may_change);
    place(elements);
  }

  S* stream(Index k) { return arena_.stream(k); }

  /// A tensor's values in stream k; none before the list is known.
  template <class Values>
  Eigen::Map<Values> of_tensor(Index tensor, Index k) {
    if (tensor < 0 || tensor >= static_cast<Index>(places_.size())) return {nullptr, 0};
    return {arena_.stream(k) + place_of(tensor).begin, place_of(tensor).size};
  }

 private:
  // Of a tensor in each stream.
  struct Place {
    Index begin, size;
  };

  const Place& place_of(Index tensor) const { return places_[static_cast<std::size_t>(tensor)]; }

  // For this list, the first tensors of which have the sizes of those before.
  [[noreturn]] EIGENTRAIN_COLD void refuse(const Parameters<S>& parameters, Index same) const {
    std::string_view what = "step: the list", had = " had ", things = " tensors";
    auto before = static_cast<Index>(places_.size());
    Index now = parameters.size();
    if (now == before) {
      before = place_of(same).size;
      now = parameters.count(same);
      what = parameters.name(same), had = ": it had ", things = " values";
    }
    fail({what, had, before, things, " in the first step and has ", now, " now"});
  }

  EIGENTRAIN_COLD void take(const Parameters<S>& parameters, Index streams) {
    const auto n = static_cast<std::size_t>(parameters.size());
    elements_.forget();
    places_.resize(0);  // the places of no list, until there is memory for those of this one
    places_.reserve(n);
    Index end = 0;
    for (std::size_t i = 0; i < n; ++i) {
      const Tensor<S> tensor = parameters[static_cast<Index>(i)];
      places_[i] = {place_for(tensor, end, streams), tensor.parameter.size()};
      end = places_[i].begin + places_[i].size;
    }
    arena_ = Arena<S>(streams, end);
    places_.resize(n);
  }

  // The first place from `end` on that is as far behind the beginning of a cache line as the
  // parameter, so that all of a step's stores are aligned when the parameter's are; for a tensor
  // that takes a while, one that keeps clear of the parameter and the gradient modulo a page.
  EIGENTRAIN_COLD static Index place_for(const Tensor<S>& tensor, Index end, Index streams) {
    constexpr std::size_t page = Arena<S>::page, width = sizeof(S);
    constexpr Index line = 64 / width, part = 512 / width;
    // Modulo a page.
    const auto p = reinterpret_cast<std::uintptr_t>(tensor.parameter.data) % page;
    const auto g = reinterpret_cast<std::uintptr_t>(tensor.gradient.data) % page;
    const Index first = ((end + line - 1) & -line) + static_cast<Index>(p / width) % line;
    if (tensor.parameter.size() < 256) return first;
    const auto apart = [](std::size_t a, std::size_t b) {
      return std::min((a - b) % page, (b - a) % page);
    };
    Index best = first;
    std::size_t clearance = 0;
    for (Index place = first; place < first + Index(page / width); place += part) {
      std::size_t nearest = page;
      for (Index k = 0; k < streams; ++k) {
        const auto at = static_cast<std::size_t>(Arena<S>::page_offset(k)) +
                        static_cast<std::size_t>(place) * width;
        nearest = std::min(nearest, std::min(apart(at, p), apart(at, g)));
      }
      if (nearest > clearance) {
        best = place;
        clearance = nearest;
      }
    }
    return best;
  }

  Buffer<Place> places_;
  Arena<S> arena_;
  Met elements_;  // that have these places
};

}  // namespace eigentrain::detail
