// SPDX-License-Identifier: MIT
// The table of all optimizers, for the tests of what they have in common. A new optimizer, or an
// option that changes its rule, is one more line in it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "eigentrain/gradient/clip_norm.hpp"
#include "eigentrain/gradient/clip_value.hpp"
#include "eigentrain/optim/adadelta.hpp"
#include "eigentrain/optim/adagrad.hpp"
#include "eigentrain/optim/adam.hpp"
#include "eigentrain/optim/adamax.hpp"
#include "eigentrain/optim/amsgrad.hpp"
#include "eigentrain/optim/nadam.hpp"
#include "eigentrain/optim/radam.hpp"
#include "eigentrain/optim/rms_prop.hpp"
#include "eigentrain/optim/rprop.hpp"
#include "eigentrain/optim/sgd.hpp"

namespace eigentrain::test {

/// Any optimizer of the table, so that a test is compiled once and not once an optimizer.
template <class S>
class AnyOptimizer {
 public:
  template <class Optimizer>
  AnyOptimizer(Optimizer optimizer)  // NOLINT: implicit on purpose
      : self_(std::make_unique<Holder<Optimizer>>(std::move(optimizer))) {}
  AnyOptimizer(const AnyOptimizer& other) : self_(other.self_->copy()) {}
  AnyOptimizer(AnyOptimizer&&) noexcept = default;

  void step(Parameters<S>& parameters) { self_->step(parameters); }
  std::int64_t count() const { return self_->count(); }

 private:
  struct Base {
    virtual ~Base() = default;
    virtual void step(Parameters<S>& parameters) = 0;
    virtual std::int64_t count() const = 0;
    virtual std::unique_ptr<Base> copy() const = 0;
  };
  template <class Optimizer>
  struct Holder final : Base {
    explicit Holder(Optimizer held) : optimizer(std::move(held)) {}
    void step(Parameters<S>& parameters) override { optimizer.step(parameters); }
    std::int64_t count() const override { return optimizer.count(); }
    std::unique_ptr<Base> copy() const override { return std::make_unique<Holder>(*this); }
    Optimizer optimizer;
  };
  std::unique_ptr<Base> self_;
};

template <class S>
struct OptimizerCase {
  std::string name;
  double rate;  ///< with which it finds its way on the test functions
  AnyOptimizer<S> (*make)(Schedule rate);
  bool decays = false;  ///< it has weight decay, so that weight_decay = false matters
};

/// For AdaDelta, whose steps have the unit of the parameter and whose rate is near 1.
inline Schedule times_512(const Schedule& rate) {
  return [rate](std::int64_t step) { return 512.0 * rate(step); };
}

template <class S>
std::vector<OptimizerCase<S>> optimizers() {
  using Any = AnyOptimizer<S>;
  using R = Schedule;
  // clang-format off
  return {
      {"Sgd", 1e-3, [](R r) -> Any { return Sgd<S>({.learning_rate = r}); }},
      {"Sgd momentum", 5e-4, [](R r) -> Any { return Sgd<S>({.learning_rate = r, .momentum = 0.9}); }},
      {"Sgd dampening", 1e-3, [](R r) -> Any { return Sgd<S>({.learning_rate = r, .momentum = 0.9, .dampening = 0.5}); }},
      {"Sgd nesterov", 5e-4, [](R r) -> Any { return Sgd<S>({.learning_rate = r, .momentum = 0.9, .nesterov = true}); }},
      {"Sgd decay", 1e-3, [](R r) -> Any { return Sgd<S>({.learning_rate = r, .momentum = 0.5, .weight_decay = 1e-4}); }, true},
      {"RmsProp", 1e-2, [](R r) -> Any { return RmsProp<S>({.learning_rate = r}); }},
      {"RmsProp momentum", 2e-3, [](R r) -> Any { return RmsProp<S>({.learning_rate = r, .momentum = 0.9}); }},
      {"RmsProp centered", 1e-2, [](R r) -> Any { return RmsProp<S>({.learning_rate = r, .centered = true}); }},
      {"RmsProp all", 1e-3, [](R r) -> Any { return RmsProp<S>({.learning_rate = r, .alpha = 0.9, .weight_decay = 1e-4, .momentum = 0.9, .centered = true}); }, true},
      {"Adam", 2e-2, [](R r) -> Any { return Adam<S>({.learning_rate = r}); }},
      {"AmsGrad", 5e-2, [](R r) -> Any { return AmsGrad<S>({.learning_rate = r}); }},
      {"Adam decay", 2e-2, [](R r) -> Any { return Adam<S>({.learning_rate = r, .weight_decay = 1e-4}); }, true},
      {"AdamW", 2e-2, [](R r) -> Any { return AdamW<S>({.learning_rate = r, .weight_decay = 1e-4}); }, true},
      {"AmsGradW", 5e-2, [](R r) -> Any { return AmsGradW<S>({.learning_rate = r, .weight_decay = 1e-4}); }, true},
      {"clipped Sgd", 1e-3, [](R r) -> Any { return chain<S>(clip_by_global_norm(20.0), sgd({.learning_rate = r, .momentum = 0.9})); }},
      {"clipped AdamW", 2e-2, [](R r) -> Any { return chain<S>(clip_by_global_norm(0.5), adamw({.learning_rate = r, .weight_decay = 1e-4})); }, true},
      {"value-clipped Adam", 2e-2, [](R r) -> Any { return chain<S>(clip_by_value(0.5), adam({.learning_rate = r})); }},
      {"AdaGrad", 0.5, [](R r) -> Any { return AdaGrad<S>({.learning_rate = r}); }},
      {"AdaGrad all", 0.5, [](R r) -> Any { return AdaGrad<S>({.learning_rate = r, .learning_rate_decay = 1e-6, .weight_decay = 1e-4, .initial_accumulator_value = 0.1, .epsilon = 1e-7, .epsilon_inside_root = true}); }, true},
      {"AdaDelta", 1.0 / 512.0, [](R r) -> Any { return AdaDelta<S>({.learning_rate = times_512(r)}); }},
      {"AdaDelta decay", 1.0 / 512.0, [](R r) -> Any { return AdaDelta<S>({.learning_rate = times_512(r), .weight_decay = 1e-4}); }, true},
      {"AdaMax", 5e-2, [](R r) -> Any { return AdaMax<S>({.learning_rate = r}); }},
      {"AdaMax all", 5e-2, [](R r) -> Any { return AdaMax<S>({.learning_rate = r, .weight_decay = 1e-4, .epsilon_at_divisor = true}); }, true},
      {"NAdam", 2e-2, [](R r) -> Any { return NAdam<S>({.learning_rate = r}); }},
      {"NAdam decay", 2e-2, [](R r) -> Any { return NAdam<S>({.learning_rate = r, .epsilon = 1e-3, .weight_decay = 1e-4}); }, true},
      {"RAdam", 2e-3, [](R r) -> Any { return RAdam<S>({.learning_rate = r}); }},
      {"RAdam decay", 2e-3, [](R r) -> Any { return RAdam<S>({.learning_rate = r, .weight_decay = 1e-4}); }, true},
      {"Rprop", 1e-2, [](R r) -> Any { return chain<S>(rprop_direction({.initial_step = 1.0, .max_step = 1.5}), descend(r)); }},
      {"Adam epsilon hat", 2e-2, [](R r) -> Any { return Adam<S>({.learning_rate = r, .epsilon_hat = true}); }},
      {"Adam uncorrected", 2e-2, [](R r) -> Any { return Adam<S>({.learning_rate = r, .bias_correction = false}); }},
      {"RmsProp inside", 1e-2, [](R r) -> Any { return RmsProp<S>({.learning_rate = r, .epsilon_inside_root = true}); }},
  };
  // clang-format on
}

}  // namespace eigentrain::test
