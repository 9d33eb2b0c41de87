// SPDX-License-Identifier: MIT
// How many samples a step takes: what a training loop keeps of it, and the size that stays.
#pragma once

#include <concepts>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "eigentrain/core/check.hpp"
#include "eigentrain/schedule/step_function.hpp"

namespace eigentrain {

/// The same batch size at all times: B(t) = n. Made by constant_batch_size(); a plain integer in
/// the place of a BatchSize means the same.
class ConstantBatchSize {
 public:
  /// Throws std::invalid_argument if size < 1.
  explicit ConstantBatchSize(std::int64_t size) : size_(size) {
    require_at_least(1, size, "constant_batch_size", "size");
  }

  /// n. Throws std::invalid_argument if time < 0.
  std::int64_t operator()(std::int64_t time) const {
    require_at_least(0, time, "constant_batch_size", "time");
    return size_;
  }

 private:
  std::int64_t size_;
};

/// B(t) = n at all times t. Throws std::invalid_argument unless n ≥ 1.
///
///     et::BatchSize size = et::constant_batch_size(128);   // or just = 128
inline ConstantBatchSize constant_batch_size(std::int64_t size) {
  return ConstantBatchSize(size);
}

/// A pure function from the time to a batch size, t ↦ B(t) ≥ 1, with t = 0 at the beginning.
/// Whether t counts epochs or steps is up to the loop that asks.
///
/// Wherever a BatchSize is expected, an integer (the same size at all times) or anything that can
/// be called with a std::int64_t and gives an integer will do: the library's schedules, a lambda,
/// another BatchSize. A callable that gives a double is refused by the compiler, so that a learning
/// rate isn't taken for a size. The callable is stored by value and called as const. Calls never
/// allocate unless the user's own function does.
///
/// An integer below 1 and an empty function throw std::invalid_argument.
///
///     et::BatchSize size = et::growing_batch_size({.initial = 32, .factor = 4, .every = 3,
///                                                  .largest = 2048});
///     for (std::int64_t epoch = 0; epoch < epochs; ++epoch) train_epoch(data, size(epoch));
///
/// PyTorch's DataLoader and Keras' fit() fix the size when they are made.
class BatchSize {
 public:
  /// The same size at all times, at least 1.
  template <std::integral Integer>
  BatchSize(Integer size)  // NOLINT: implicit on purpose
      : constant_(static_cast<std::int64_t>(size)) {}

  /// Any callable from std::int64_t to an integer.
  template <class Function>
    requires(!std::same_as<std::remove_cvref_t<Function>, BatchSize> &&
             std::integral<std::invoke_result_t<const std::decay_t<Function>&, std::int64_t>>)
  BatchSize(Function&& function)  // NOLINT: implicit on purpose
      : constant_(1), function_(std::forward<Function>(function)) {
    require(!function_.empty(), "BatchSize: the function is empty");
  }

  /// The size at a time, counted from 0. Throws std::invalid_argument if it comes out below 1.
  std::int64_t operator()(std::int64_t time) const {
    const std::int64_t size = function_.empty() ? constant_(time) : function_(time);
    require(size >= 1, "BatchSize: the schedule gives ", size, " samples at time ", time,
            ", but it must be at least 1");
    return size;
  }

 private:
  ConstantBatchSize constant_;
  detail::StepFunction<std::int64_t> function_;
};

}  // namespace eigentrain
