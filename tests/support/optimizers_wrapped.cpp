// SPDX-License-Identifier: MIT
// The table's wrappers: what can stand around any optimizer, around Adam or plain descent.
// Layer-wise rates and frozen tensors belong to the list, and are properties of all lines.
#include "eigentrain/core/partition.hpp"
#include "eigentrain/direction/adam.hpp"
#include "eigentrain/gradient/accumulate.hpp"
#include "eigentrain/gradient/add_noise.hpp"
#include "eigentrain/gradient/centralize.hpp"
#include "eigentrain/gradient/masks.hpp"
#include "eigentrain/gradient/weight_decay.hpp"
#include "eigentrain/optim/average_parameters.hpp"
#include "eigentrain/optim/lookahead.hpp"
#include "eigentrain/optim/with_averages.hpp"
#include "eigentrain/schedule/descend.hpp"
#include "eigentrain/schedule/scheduled.hpp"
#include "support/optimizers.hpp"

namespace eigentrain::test {

namespace {

auto adam(const Schedule& rate) {
  return sequence(adam_direction({}), descend(rate));
}

/// β₁ from 0.8 to 0.9, and a decay that fades.
auto scheduled_adam(const Schedule& rate) {
  return sequence(
      scheduled([](std::int64_t t) {
        return adam_direction({.beta1 = 0.9 - 0.1 / static_cast<double>(t + 1)});
      }),
      scheduled([](std::int64_t t) { return decay_weights(1e-3 / static_cast<double>(t + 10)); }),
      descend(rate));
}

/// A chain whose averages are what it is for.
template <class Which, class Optimizer>
struct Averaged : Optimizer {
  void exchange(Parameters<typename Optimizer::Scalar>& parameters) {
    if (this->count() > 0) swap_averages<Which>(*this, parameters);
  }
};
template <class Which, class Optimizer>
Averaged<Which, Optimizer> averaged(Optimizer optimizer) {
  return {std::move(optimizer)};
}

template <class S>
auto with_ema(const Schedule& rate, const EmaOptions& options) {
  return averaged<EmaParameters>(chain<S>(adam(rate), ema_parameters(options)));
}

/// Leaves every fourth value of a list alone. Masks belong to a list, so they are made with the
/// first step.
template <class S>
class Masked {
 public:
  using Scalar = S;
  explicit Masked(Schedule rate) : rate_(std::move(rate)), chain_(made({})) {}

  bool step(Parameters<S>& parameters) {
    begin(parameters);
    return chain_.step(parameters);
  }
  std::int64_t count() const { return chain_.count(); }
  void visit_state(StateVisitor& visit, const Parameters<S>& parameters) {
    begin(parameters);
    chain_.visit_state(visit, parameters);
  }

 private:
  auto made(Masks<S> masks) const { return chain<S>(adam(rate_), mask_updates(std::move(masks))); }

  void begin(const Parameters<S>& parameters) {
    if (chain_.count() > 0) return;
    Masks<S> masks;
    Index number = 0;
    for (Index i = 0; i < parameters.size(); ++i) {
      const Tensor<S> tensor = parameters[i];
      const Index size = tensor.parameter.size();
      if (size == 0) continue;
      const Index rows = tensor.units > 1 ? tensor.units : size, cols = size / rows;
      Eigen::Array<S, Eigen::Dynamic, Eigen::Dynamic> mask(rows, cols);
      for (Index k = 0; k < size; ++k) {  // as the values lie in memory
        const Index row = tensor.row_major ? k / cols : k % rows;
        const Index col = tensor.row_major ? k % cols : k / rows;
        mask(row, col) = S(number++ % 4 != 3);
      }
      masks.add(parameters, tensor.name, mask);
    }
    chain_ = made(std::move(masks));
  }

  Schedule rate_;
  decltype(chain<S>(adam(1.0), mask_updates(Masks<S>()))) chain_;
};

/// Large tensors, and some by their names, go the other way; pieces of one don't.
template <class S>
bool is_first(const Tensor<S>& tensor) {
  const std::string_view name = tensor.name;
  return name != "two" && name != "ice" && name != "bias" && name != "b" &&
         tensor.parameter.size() < 1000;
}

}  // namespace

template <class S>
OptimizerCases<S> wrapped_cases() {
  using Any = AnyOptimizer<S>;
  using R = Schedule;
  // clang-format off
  return {
      {"Lookahead", 2e-2, [](R r) -> Any { return chain<S>(adam(r), lookahead({.period = 3})); }},
      {"EMA", 2e-2, [](R r) -> Any { return with_ema<S>(r, {.decay = 0.9}); }},
      {"EMA debiased", 2e-2, [](R r) -> Any { return with_ema<S>(r, {.decay = 0.9, .start = EmaStart::debiased}); }},
      {"EMA with power warm-up", 2e-2, [](R r) -> Any { return with_ema<S>(r, {.decay = 0.99, .start = EmaStart::initial, .warmup = EmaWarmup::power}); }},
      {"SWA", 2e-2, [](R r) -> Any { return averaged<AverageParameters>(chain<S>(adam(r), average_parameters({.start = 1, .every = 2}))); }, false, {.lags = true}},
      {"centralized", 2e-2, [](R r) -> Any { return chain<S>(centralize(), adam(r)); }, false, {.reach = Reach::matrix}},
      {"noisy", 1e-3, [](R r) -> Any { return chain<S>(add_noise(Generator(5), {.eta = 1e-9}), descend(r)); }, false, {.reach = Reach::list, .settles = false, .noisy = true}},
      {"masked", 2e-2, [](R r) -> Any { return Masked<S>(r); }, false, {.reach = Reach::list}},
      {"partition", 2e-2, [](R r) -> Any { return partition<S>(is_first<S>, adam(r), descend(r)); }},
      {"scheduled", 2e-2, [](R r) -> Any { return chain<S>(scheduled_adam(r)); }, true},
      {"accumulating", 2e-2, [](R r) -> Any { return chain<S>(accumulate(2), adam(r)); }, false, {.batches = 2}},
      {"all around Adam", 2e-2, [](R r) -> Any { return averaged<EmaParameters>(chain<S>(centralize(), scheduled_adam(r), lookahead({.period = 3}), ema_parameters({.decay = 0.9}))); }, true, {.reach = Reach::matrix}},
  };
  // clang-format on
}

EIGENTRAIN_TEST_INSTANTIATE(wrapped_cases);

}  // namespace eigentrain::test
