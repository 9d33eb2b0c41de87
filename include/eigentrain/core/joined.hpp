// SPDX-License-Identifier: MIT
// Which tensors have taken part in a step so far.
#pragma once

#include "eigentrain/core/buffer.hpp"
#include "eigentrain/core/memory.hpp"

namespace eigentrain::detail {

/// For state that begins with something else than zeros: it begins in a tensor's first step, which
/// comes late for a tensor that was frozen. A part of a transform's Measurement.
class Joined {
 public:
  /// For measure(): the tensors of this step.
  template <class Stream>
  void take(const Stream& stream) {
    if (stages_.size() < stream.tensors()) stages_.resize(stream.tensors());
    any_ = false;
    stream.for_each_tensor([this](const auto& tensor, const auto&) {
      Stage& stage = stages_[static_cast<std::size_t>(tensor.number)];
      stage = stage == Stage::never ? Stage::now : Stage::before;
      any_ = any_ || stage == Stage::now;
    });
  }

  /// For Measurement::visit_state().
  template <class Visitor, class List>
  void visit_state(Visitor& visit, const List& list) {
    const auto n = static_cast<std::size_t>(list.size());
    if (stages_.size() < n) stages_.resize(n);
    visit("joined", reinterpret_cast<unsigned char*>(stages_.data()), n);
    for (const Stage& stage : stages_) require(stage <= Stage::before, "joined: must be 0, 1 or 2");
  }

  /// Whether this is the first step of tensor i of the list; of any tensor.
  bool now(Index i) const { return stages_[static_cast<std::size_t>(i)] == Stage::now; }
  bool any_now() const { return any_; }

  /// Whether tensor i has been in a step.
  bool has(Index i) const {
    return i >= 0 && i < static_cast<Index>(stages_.size()) &&
           stages_[static_cast<std::size_t>(i)] != Stage::never;
  }

 private:
  enum class Stage : unsigned char { never, now, before };
  Buffer<Stage> stages_;
  bool any_ = false;
};

}  // namespace eigentrain::detail
