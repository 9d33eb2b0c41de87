// SPDX-License-Identifier: MIT
// What a normalization keeps of a batch for its backward pass.
#pragma once

#include <cstdint>

#include "eigentrain/core/buffer.hpp"
#include "eigentrain/layers/channels.hpp"

namespace eigentrain::detail {

/// x̂ of the last batch, without gaps, in memory that grows but never shrinks. It lies as far behind
/// the beginning of a cache line as the output does, so that one loop can store whole lines of
/// both. Where a layer keeps no batch, only its shape.
template <class S>
class KeptBatch {
 public:
  explicit KeptBatch(bool keep = true) : keep_(keep) {}

  /// Where x̂ of a batch of this shape goes: nowhere but to the output if nothing is kept.
  Channels<S> prepare(const Channels<const S>& input, const Channels<S>& output,
                      const char* owner) {
    if (!keep_) {
      require(input.data != output.data, owner,
              ": the output is the input, which backward() needs where the layer keeps no batch");
      shape_ = gapless<const S>(input, nullptr);
      return output;
    }
    constexpr std::uintptr_t line = 64 / sizeof(S);
    const auto size = static_cast<std::size_t>(input.size()) + line;
    if (values_.size() < size) values_.resize(size);
    offset_ = reinterpret_cast<std::uintptr_t>(output.data) / sizeof(S) % line;
    shape_ = gapless<const S>(input, nullptr);
    return gapless<S>(input, values_.data() + offset_);
  }

  /// Throws std::invalid_argument unless there was a batch, and both have its shape.
  void require_gradients(const Channels<const S>& output_gradient,
                         const Channels<S>& input_gradient, const char* owner) const {
    require(shape_.channels > 0, owner, ": backward() needs a forward() before it");
    require_shape(output_gradient, shape_, owner, "output's gradient");
    require_shape(input_gradient, shape_, owner, "input's gradient");
  }

  /// The same for matrices, in their words.
  void require_gradients(const BatchInput<S>& output_gradient, const BatchOutput<S>& input_gradient,
                         const char* owner) const {
    if (shape_.positions != 1 || shape_.inner != 1) return;
    require_shape(output_gradient, shape_.channels, shape_.samples, owner, "output's gradient");
    require_shape(input_gradient, shape_.channels, shape_.samples, owner, "input's gradient");
  }

  /// x̂. Throws std::invalid_argument if it was not kept.
  Channels<const S> values(const char* owner) const {
    require(keep_, owner, ": backward() needs the input too, since the layer keeps no batch");
    return gapless<const S>(shape_, values_.data() + offset_);
  }

  /// Throws std::invalid_argument if the batch was kept, or if this can't be it.
  void require_input(const Channels<const S>& input, const char* owner) const {
    require(!keep_, owner, ": backward() takes no input, since the layer keeps its batch");
    require_shape(input, shape_, owner, "input");
  }

 private:
  bool keep_;
  Buffer<S> values_;
  std::uintptr_t offset_ = 0;
  Channels<const S> shape_;
};

}  // namespace eigentrain::detail
