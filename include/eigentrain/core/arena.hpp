// SPDX-License-Identifier: MIT
// The memory of a chain's state.
#pragma once

#include "eigentrain/core/buffer.hpp"
#include "eigentrain/core/view.hpp"

namespace eigentrain {

/// One allocation that holds a stream of values for each state slot, zero at first.
///
/// Streams begin at different offsets within a page: a step walks parameters, gradients and all
/// streams side by side, and addresses equal modulo 4 KiB get in each other's way in the load and
/// store buffers (up to 1.8 times slower, measured).
template <class S>
class Arena {
 public:
  /// Bytes of a page, in which streams must not begin at the same place.
  static constexpr Index page = 4096;

  Arena() = default;
  /// Room for so many streams of so many values, all zero.
  Arena(Index streams, Index length) : streams_(streams), length_(length) {
    if (streams == 0 || length == 0) return;
    const Index bytes = length * static_cast<Index>(sizeof(S));
    first_ = stagger;
    stride_ = ((bytes + page - 1) & -page) + stagger;
    memory_ = detail::Bytes(static_cast<std::size_t>(streams * stride_ + stagger), page);
  }

  /// Where every stream k begins within a page, in bytes.
  static constexpr Index page_offset(Index k) { return (k + 1) * stagger & (page - 1); }

  /// The number of streams.
  Index streams() const { return streams_; }
  /// Values in each stream.
  Index length() const { return length_; }
  /// The first value of stream k; every stream is aligned to a cache line.
  S* stream(Index k) { return static_cast<S*>(place(k)); }
  /// The same, to be read.
  const S* stream(Index k) const { return static_cast<const S*>(place(k)); }

 private:
  static constexpr Index stagger = 1024;

  void* place(Index k) const { return static_cast<char*>(memory_.data()) + first_ + k * stride_; }

  Index streams_ = 0;
  Index length_ = 0;
  Index first_ = 0, stride_ = 0;  // in bytes; nothing where there is no memory
  detail::Bytes memory_;
};

}  // namespace eigentrain
