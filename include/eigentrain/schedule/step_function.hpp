// SPDX-License-Identifier: MIT
// A function of the step, kept by value: what schedules need of std::function, at a fraction of its
// compile time.
#pragma once

#include <concepts>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "eigentrain/core/simd.hpp"

namespace eigentrain::detail {

// What can be called as const with a step, and gives a value.
template <class F, class Value>
concept FunctionOfStep = std::is_invocable_r_v<Value, const std::decay_t<F>&, std::int64_t>;

/// Any callable Value(std::int64_t), or nothing. A copy of it has a copy of the callable.
template <class Value>
class StepFunction {
 public:
  StepFunction() = default;
  /// Holds the function, or nothing if that is a null pointer or an empty std::function.
  template <FunctionOfStep<Value> F>
    requires(!std::same_as<std::remove_cvref_t<F>, StepFunction>)
  explicit StepFunction(F&& function) {
    using Function = std::decay_t<F>;
    if constexpr (requires(const Function& f) { f == nullptr; }) {
      if (static_cast<const Function&>(function) == nullptr) return;
    }
    held_ = new Held<Function>(std::forward<F>(function));
  }

  StepFunction(const StepFunction& other)
      : held_(other.held_ == nullptr ? nullptr : other.held_->copy()) {}
  StepFunction(StepFunction&& other) noexcept : held_(other.held_) { other.held_ = nullptr; }
  EIGENTRAIN_NOINLINE StepFunction& operator=(StepFunction other) noexcept {
    const Callable* const before = held_;
    held_ = other.held_;
    other.held_ = before;
    return *this;
  }
  ~StepFunction() { delete held_; }

  bool empty() const { return held_ == nullptr; }
  /// Must not be called if empty.
  Value operator()(std::int64_t step) const { return held_->at(step); }

 private:
  struct Callable {
    Callable() = default;
    Callable(const Callable&) = delete;
    Callable& operator=(const Callable&) = delete;
    virtual ~Callable() = default;
    virtual Value at(std::int64_t step) const = 0;
    virtual const Callable* copy() const = 0;
  };
  template <class F>
  struct Held final : Callable {
    F function;
    template <class From>
    explicit Held(From&& from) : function(std::forward<From>(from)) {}
    Value at(std::int64_t step) const override { return function(step); }
    const Callable* copy() const override { return new Held(function); }
  };

  const Callable* held_ = nullptr;
};

}  // namespace eigentrain::detail
