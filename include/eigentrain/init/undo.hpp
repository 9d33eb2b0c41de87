// SPDX-License-Identifier: MIT
// Weights and a generator as they were, for initializers that call the user's code.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstring>
#include <vector>

#include "eigentrain/core/buffer.hpp"
#include "eigentrain/core/view.hpp"

namespace eigentrain::detail {

/// Puts everything back at the end of the scope, unless it is told to keep what is there now. A
/// generator that can't be copied stays as it is.
template <class Random>
class Undo {
 public:
  explicit Undo(Random& random) : random_(random), before_(random) {}
  Undo(const Undo&) = delete;
  Undo& operator=(const Undo&) = delete;
  ~Undo() {
    if (is_kept_) return;
    for (Saved& saved : tensors_) {
      saved.for_each_run([](std::byte* run, std::byte* copy, std::size_t bytes) {
        std::memcpy(run, copy, bytes);
      });
    }
    if constexpr (std::copyable<Random>) random_ = before_;
  }

  template <class S>
  void remember(const Memory<S>& memory) {
    Saved saved{reinterpret_cast<std::byte*>(memory.data),
                static_cast<std::size_t>(memory.inner) * sizeof(S),
                memory.outer,
                memory.stride * static_cast<Index>(sizeof(S)),
                {}};
    saved.values.resize(saved.run_bytes * static_cast<std::size_t>(memory.outer));
    saved.for_each_run(
        [](std::byte* run, std::byte* copy, std::size_t bytes) { std::memcpy(copy, run, bytes); });
    tensors_.push_back(std::move(saved));
  }

  void keep() { is_kept_ = true; }

 private:
  struct Nothing {
    explicit Nothing(Random&) {}
  };
  struct Saved {
    std::byte* data;
    std::size_t run_bytes;
    Index runs;
    Index stride;  // in bytes
    Bytes values;

    template <class F>
    void for_each_run(const F& f) {
      auto* copy = static_cast<std::byte*>(values.data());
      for (Index run = 0; run < runs && run_bytes != 0; ++run, copy += run_bytes) {
        f(data + run * stride, copy, run_bytes);
      }
    }
  };

  Random& random_;
  std::conditional_t<std::copyable<Random>, Random, Nothing> before_;
  std::vector<Saved> tensors_;
  bool is_kept_ = false;
};

}  // namespace eigentrain::detail
