// SPDX-License-Identifier: MIT
// The memory of a chain's state.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <new>
#include <utility>

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
  static constexpr Index page = 4096;

  Arena() = default;
  EIGENTRAIN_NOINLINE Arena(Index streams, Index length) : streams_(streams), length_(length) {
    if (streams == 0 || length == 0) return;
    const Index bytes = length * static_cast<Index>(sizeof(S));
    const Index pages = (bytes + page - 1) / page * page;
    stride_ = (pages + stagger) / static_cast<Index>(sizeof(S));
    size_ = streams * stride_ + stagger / static_cast<Index>(sizeof(S));
    memory_.reset(static_cast<S*>(
        ::operator new(static_cast<std::size_t>(size_) * sizeof(S), std::align_val_t(page))));
    first_ = memory_.get() + stagger / static_cast<Index>(sizeof(S));
    std::fill_n(memory_.get(), size_, S(0));
  }

  Arena(const Arena& other) : Arena(other.streams_, other.length_) {
    std::copy_n(other.memory_.get(), size_, memory_.get());
  }
  Arena(Arena&& other) noexcept { swap(other); }
  Arena& operator=(Arena other) noexcept {
    swap(other);
    return *this;
  }

  /// Where every stream k begins within a page, in bytes.
  static constexpr Index page_offset(Index k) { return (k + 1) * stagger % page; }

  Index streams() const { return streams_; }
  /// Values in each stream.
  Index length() const { return length_; }
  /// The first value of stream k; every stream is aligned to a cache line.
  S* stream(Index k) { return first_ + k * stride_; }
  const S* stream(Index k) const { return first_ + k * stride_; }

 private:
  static constexpr Index stagger = 1024;
  struct Free {
    void operator()(S* memory) const { ::operator delete(memory, std::align_val_t(page)); }
  };

  void swap(Arena& other) noexcept {
    std::swap(streams_, other.streams_);
    std::swap(length_, other.length_);
    std::swap(stride_, other.stride_);
    std::swap(size_, other.size_);
    std::swap(first_, other.first_);
    std::swap(memory_, other.memory_);
  }

  Index streams_ = 0;
  Index length_ = 0;
  Index stride_ = 0;
  Index size_ = 0;
  S* first_ = nullptr;
  std::unique_ptr<S, Free> memory_;
};

}  // namespace eigentrain
