// SPDX-License-Identifier: MIT
// What a normalization keeps of a batch for its backward pass.
#pragma once

#include <cstdint>

#include "eigentrain/core/buffer.hpp"
#include "eigentrain/layers/channels.hpp"

namespace eigentrain::detail {

/// x̂ of the last batch, without gaps, in memory that grows but never shrinks. It lies as far behind
/// the beginning of a cache line as the output does, so that one loop can store whole lines of
/// both.
template <class S>
class KeptBatch {
 public:
  /// False before the first batch.
  bool is_there() const { return shape_.channels > 0; }
  const Channels<const S>& shape() const { return shape_; }

  /// Where x̂ of a batch of this shape goes.
  Channels<S> prepare(const Channels<const S>& input, const S* output) {
    constexpr std::uintptr_t line = 64 / sizeof(S);
    const auto size = static_cast<std::size_t>(input.size()) + line;
    if (values_.size() < size) values_.resize(size);
    offset_ = reinterpret_cast<std::uintptr_t>(output) / sizeof(S) % line;
    shape_ = gapless<const S>(input, nullptr);
    return gapless<S>(input, values_.data() + offset_);
  }

  Channels<const S> values() const { return gapless<const S>(shape_, values_.data() + offset_); }

 private:
  Buffer<S> values_;
  std::uintptr_t offset_ = 0;
  Channels<const S> shape_;
};

}  // namespace eigentrain::detail
