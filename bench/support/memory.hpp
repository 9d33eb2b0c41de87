// SPDX-License-Identifier: MIT
// The tensors of a benchmark, in three layouts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <vector>

namespace bench {

/// One tensor as a step sees it: parameter, gradient, both moments; and a third value of state, in
/// memory that was made with five streams.
struct Tensor {
  float* p;
  float* g;
  float* m;
  float* v;
  std::size_t size;
  float* w = nullptr;
};

enum class Layout {
  plain,     ///< every array from new float[], as in a program that thinks nothing of it
  moments,   ///< parameters and gradients from new float[], as users bring them; moments staggered
  staggered  ///< cache-line aligned, arrays that are walked together at different page offsets
};

/// Owns the arrays of a list of tensors, filled with numbers that depend only on the position.
class Memory {
 public:
  Memory(const std::vector<std::size_t>& sizes, Layout layout, std::size_t streams = 4) {
    for (std::size_t size : sizes) total_ += size;
    if (layout != Layout::plain) {
      constexpr std::size_t page = 4096, stagger = 1024;
      // Tensors follow each other in four streams or five, each beginning on a cache line.
      std::size_t length = 0;
      for (std::size_t size : sizes) length += (size + 15) / 16 * 16;
      const std::size_t stride = (length * sizeof(float) + page - 1) / page * page + stagger;
      aligned_.reset(static_cast<char*>(::operator new(streams * stride, std::align_val_t(page))));
      std::size_t offset = 0;
      for (std::size_t size : sizes) {
        const auto stream = [&](std::size_t k) {
          return reinterpret_cast<float*>(aligned_.get() + k * stride) + offset;
        };
        tensors_.push_back({stream(0), stream(1), stream(2), stream(3), size});
        if (streams > 4) tensors_.back().w = stream(4);
        offset += (size + 15) / 16 * 16;
      }
    } else {
      for (std::size_t size : sizes) {
        float* m = array(size);
        tensors_.push_back({nullptr, nullptr, m, array(size), size});
        if (streams > 4) tensors_.back().w = array(size);
      }
    }
    if (layout != Layout::staggered) {
      for (Tensor& tensor : tensors_) {
        tensor.p = array(tensor.size);
        tensor.g = array(tensor.size);
      }
    }
    reset();
  }

  /// Parameters and gradients in [-1, 1), moments zero.
  void reset() {
    std::uint32_t count = 0;
    for (const Tensor& tensor : tensors_) {
      for (std::size_t i = 0; i < tensor.size; ++i) {
        tensor.p[i] = number(count++);
        tensor.g[i] = number(count++);
        tensor.m[i] = 0.0f;
        tensor.v[i] = 0.0f;
        if (tensor.w != nullptr) tensor.w[i] = 0.0f;
      }
    }
  }

  const std::vector<Tensor>& tensors() const { return tensors_; }
  std::size_t total() const { return total_; }

 private:
  float* array(std::size_t size) {
    return plain_.emplace_back(std::make_unique<float[]>(size)).get();
  }

  static float number(std::uint32_t x) {
    x = (x ^ (x >> 16)) * 0x7FEB352Du;
    x = (x ^ (x >> 15)) * 0x846CA68Bu;
    return static_cast<float>((x ^ (x >> 16)) >> 8) * 0x1p-23f - 1.0f;
  }

  struct Free {
    void operator()(char* memory) const { ::operator delete(memory, std::align_val_t(4096)); }
  };
  std::unique_ptr<char, Free> aligned_;
  std::vector<std::unique_ptr<float[]>> plain_;
  std::vector<Tensor> tensors_;
  std::size_t total_ = 0;
};

}  // namespace bench
