// SPDX-License-Identifier: MIT
// Memory for what a step needs only while it is made.
#pragma once

#include "eigentrain/core/buffer.hpp"
#include "eigentrain/core/view.hpp"

namespace eigentrain::detail {

/// Memory that stays from step to step, while its contents don't matter: a copy begins without any.
class Scratch {
 public:
  Scratch() = default;
  Scratch(const Scratch&) {}
  Scratch& operator=(const Scratch&) { return *this; }

  /// Room for so many values, with whatever is there. Allocates only beyond the largest size so
  /// far.
  template <class S>
  S* room(Index count) {
    bytes_.resize(static_cast<std::size_t>(count) * sizeof(S));
    return static_cast<S*>(bytes_.data());
  }

 private:
  Bytes bytes_;
};

}  // namespace eigentrain::detail
