// SPDX-License-Identifier: MIT
// The table of all optimizers, for the tests of what they have in common. A new optimizer, or an
// option that changes its rule, is one more line in one of the files support/optimizers_*.cpp,
// which are compiled once for all tests; a new file of them is one more line in optimizers.cpp.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "eigentrain/core/chain.hpp"
#include "eigentrain/core/state_visitor.hpp"
#include "eigentrain/schedule/schedule.hpp"

namespace eigentrain::test {

namespace detail {

/// Shows all state values that a chain keeps for a tensor.
template <class S, class... T, class Use>
void each_state(Chain<S, T...>& chain, Index tensor, const Use& use) {
  const auto of = [&]<class One>(const One& transform) {
    for (Index k = 0; k < eigentrain::detail::slots(transform); ++k) {
      const auto values = chain.template state<One>(tensor, k);
      for (Index i = 0; i < values.size(); ++i) use(values[i]);
    }
  };
  (of(chain.template get<T>()), ...);
}

}  // namespace detail

/// Any optimizer of the table, so that a test is compiled once and not once an optimizer.
template <class S>
class AnyOptimizer {
 public:
  template <class Optimizer>
  AnyOptimizer(Optimizer optimizer)  // NOLINT: implicit on purpose
      : self_(std::make_unique<Holder<Optimizer>>(std::move(optimizer))) {}
  AnyOptimizer(const AnyOptimizer& other) : self_(other.self_->copy()) {}
  AnyOptimizer(AnyOptimizer&&) noexcept = default;

  bool step(Parameters<S>& parameters) { return self_->step(parameters); }
  std::int64_t count() const { return self_->count(); }
  void visit_state(StateVisitor& visit, const Parameters<S>& parameters) {
    self_->visit_state(visit, parameters);
  }
  /// Puts the averages in the place of the parameters, where they are what the optimizer is for;
  /// another call puts the parameters back.
  void exchange(Parameters<S>& parameters) { self_->exchange(parameters); }
  /// Calls use() with every state value of a tensor, if the optimizer is a chain.
  void each_state(Index tensor, const std::function<void(S)>& use) {
    self_->each_state(tensor, use);
  }

 private:
  struct Base {
    virtual ~Base() = default;
    virtual bool step(Parameters<S>& parameters) = 0;
    virtual std::int64_t count() const = 0;
    virtual void visit_state(StateVisitor& visit, const Parameters<S>& parameters) = 0;
    virtual void exchange(Parameters<S>& parameters) = 0;
    virtual void each_state(Index tensor, const std::function<void(S)>& use) = 0;
    virtual std::unique_ptr<Base> copy() const = 0;
  };
  template <class Optimizer>
  struct Holder final : Base {
    explicit Holder(Optimizer held) : optimizer(std::move(held)) {}
    bool step(Parameters<S>& parameters) override { return optimizer.step(parameters); }
    std::int64_t count() const override { return optimizer.count(); }
    void visit_state(StateVisitor& visit, const Parameters<S>& parameters) override {
      optimizer.visit_state(visit, parameters);
    }
    void exchange([[maybe_unused]] Parameters<S>& parameters) override {
      if constexpr (requires { optimizer.exchange(parameters); }) optimizer.exchange(parameters);
    }
    void each_state(Index tensor, const std::function<void(S)>& use) override {
      if constexpr (requires { detail::each_state(optimizer, tensor, use); }) {
        detail::each_state(optimizer, tensor, use);
      }
    }
    std::unique_ptr<Base> copy() const override { return std::make_unique<Holder>(*this); }
    Optimizer optimizer;
  };
  std::unique_ptr<Base> self_;
};

/// What the update of an element depends on beside its own gradients, which decides what may be
/// done to a list of tensors without changing a bit.
enum class Reach {
  element,  ///< nothing
  list,     ///< sums over all tensors: still, a tensor may be cut into pieces
  tensor,   ///< sums over its tensor in storage order: any form of memory does
  matrix    ///< its place in a matrix
};

/// What an optimizer does otherwise than most.
struct OptimizerTraits {
  Reach reach = Reach::element;
  bool refuses_nan = false;   ///< a step with a gradient that isn't finite throws
  bool scale_is_rate = true;  ///< learning_rate_scale = 0.25 is a quarter of the learning rate
  bool settles = true;     ///< without gradients, its updates become smaller, and zeros in the end
  bool skips_nan = false;  ///< a step with such a gradient is left out
  bool noisy = false;      ///< it moves weights without gradients, too
  bool lags = false;       ///< what it shows is a mean over all of its way
  int batches = 1;         ///< it steps in every so-many-th call
};

template <class S>
struct OptimizerCase {
  std::string name;
  double rate;  ///< with which it finds its way on the test functions
  AnyOptimizer<S> (*make)(Schedule rate);
  bool decays = false;  ///< it has weight decay, so that weight_decay = false matters
  OptimizerTraits traits = {};
};
template <class S>
using OptimizerCases = std::vector<OptimizerCase<S>>;

/// The whole table.
template <class S>
OptimizerCases<S> optimizers();

// What it is compiled for. Races between threads don't depend on it, and tests that only look for
// these define EIGENTRAIN_TEST_ONLY_FLOAT.
#ifdef EIGENTRAIN_TEST_ONLY_FLOAT
#define EIGENTRAIN_TEST_SCALARS float
#define EIGENTRAIN_TEST_INSTANTIATE(cases) template OptimizerCases<float> cases()
#else
#define EIGENTRAIN_TEST_SCALARS float, double
#define EIGENTRAIN_TEST_INSTANTIATE(cases) \
  template OptimizerCases<float> cases();  \
  template OptimizerCases<double> cases()
#endif

// Its parts, one a file.
template <class S>
OptimizerCases<S> momentum_cases();
template <class S>
OptimizerCases<S> rms_cases();
template <class S>
OptimizerCases<S> adam_cases();
template <class S>
OptimizerCases<S> ratio_cases();
template <class S>
OptimizerCases<S> adaptive_cases();
template <class S>
OptimizerCases<S> sign_cases();
template <class S>
OptimizerCases<S> schedule_free_cases();
template <class S>
OptimizerCases<S> wrapped_cases();

}  // namespace eigentrain::test
