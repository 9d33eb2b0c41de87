// SPDX-License-Identifier: MIT
// Strips: a run as kernels take it, in whole registers.
#pragma once

#include "eigentrain/core/run.hpp"
#include "eigentrain/core/tail.hpp"

namespace eigentrain::detail {

/// Neighbouring elements of a pass: `size` values of the gradient, and of the parameter and each
/// state stream, in this order, with where their new values go to.
template <class S, std::size_t Slots>
struct Strip {
  Index size;
  const S* gradient;
  S* from[Slots + 1];
  S* to[Slots + 1];
};

/// Divides a run into strips that have a whole number of registers each, so that all elements go
/// through the same loop, and a result can't depend on where its element stands.
///
/// Where the run has no whole number of registers, or its first parameter isn't aligned to one, the
/// first and the last elements, as many as the widest register holds, are strips of their own that
/// overlap with the others: what they make is kept apart until these are done, and then put back,
/// the same results again where it overlaps. A run of fewer elements is a padded copy.
template <class S, std::size_t Slots>
class Strips {
 public:
  /// The n elements from these on, in registers of `width` values. No part of the pass, since it
  /// doesn't depend on the rules.
  EIGENTRAIN_NOINLINE Strips(S* parameter, const S* gradient, const std::array<S*, Slots>& streams,
                             Index n, Index width) {
    if (n < room) [[unlikely]] {
      copy(parameter, gradient, streams, n);
      return;
    }
    const Index head = head_size(parameter, n, width), tail = (n - head) & (width - 1);
    if (head > 0) add(parameter, gradient, streams, 0, room, kept_[0]);
    if (tail > 0) add(parameter, gradient, streams, n - room, room, kept_[1]);
    add(parameter, gradient, streams, head, n - head - tail, nullptr);
  }
  Strips(const Strips&) = delete;
  Strips& operator=(const Strips&) = delete;

  /// Those that are kept apart come first.
  const Strip<S, Slots>* begin() const { return strips_; }
  const Strip<S, Slots>* end() const { return end_; }

  /// When all are done: puts in place what was kept apart, the parameters only if they are written.
  void put_back(bool writes) const {
    if (copied_ > 0) [[unlikely]] {
      return put_back_copies(writes);
    }
    for (const Strip<S, Slots>* strip = strips_; strip != end_ - 1; ++strip) {
      for (std::size_t k = writes ? 0 : 1; k <= Slots; ++k) {
        std::memcpy(strip->from[k], strip->to[k], sizeof kept_[0][0]);
      }
    }
  }

 private:
  static constexpr Index room = padded_size<S>;

  // A strip of this part of the run, which goes to where it came from or is kept apart.
  void add(S* parameter, const S* gradient, const std::array<S*, Slots>& streams, Index begin,
           Index size, S (*kept)[room]) {
    end_->size = size;
    end_->gradient = gradient + begin;
    for (std::size_t k = 0; k <= Slots; ++k) {
      end_->from[k] = (k == 0 ? parameter : streams[k - 1]) + begin;
      end_->to[k] = kept == nullptr ? end_->from[k] : kept[k];
    }
    ++end_;
  }
  EIGENTRAIN_COLD void copy(S* parameter, const S* gradient, const std::array<S*, Slots>& streams,
                            Index n) {
    copied_ = n;
    end_->size = room;
    end_->gradient = pad(kept_[1][0], gradient, n);
    for (std::size_t k = 0; k <= Slots; ++k) {
      copied_from_[k] = k == 0 ? parameter : streams[k - 1];
      end_->from[k] = end_->to[k] = pad(kept_[0][k], copied_from_[k], n);
    }
    ++end_;
  }
  EIGENTRAIN_COLD void put_back_copies(bool writes) const {
    for (std::size_t k = writes ? 0 : 1; k <= Slots; ++k) {
      std::memcpy(copied_from_[k], kept_[0][k], static_cast<std::size_t>(copied_) * sizeof(S));
    }
  }

  Strip<S, Slots> strips_[3];
  Strip<S, Slots>* end_ = strips_;
  Index copied_ = 0;  // elements, if all are
  S* copied_from_[Slots + 1];
  S kept_[2][Slots + 1][room];
};

}  // namespace eigentrain::detail
