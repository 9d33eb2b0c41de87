// SPDX-License-Identifier: MIT
// Compiled twice: into the benchmark, and with -march=native and EIGENTRAIN_BENCH_NATIVE into a
// shared library of its own with hidden symbols. In one program the linker would keep one of the
// two versions of every inline function, and both sides would measure the same code.
#include <Eigen/Core>
#include <cstddef>
#include <string>

#include "eigentrain/gradient/clip_norm.hpp"
#include "eigentrain/optim/adam.hpp"
#include "eigentrain/optim/adamw.hpp"
#include "stepper.hpp"

#ifdef EIGENTRAIN_BENCH_NATIVE
#define MAKE_EIGENTRAIN make_eigentrain_native
#define EXPORTED __attribute__((visibility("default")))
#else
#define MAKE_EIGENTRAIN make_eigentrain
#define EXPORTED
#endif

namespace bench {
namespace {

namespace et = eigentrain;

template <class Optimizer>
class EigentrainStepper : public Stepper {
 public:
  template <class Make>
  EigentrainStepper(const Make& make, const std::vector<Tensor>& tensors) : optimizer_(make()) {
    for (const Tensor& t : tensors) {
      const auto size = static_cast<Eigen::Index>(t.size);
      parameters_.add("tensor" + std::to_string(parameters_.size()),
                      Eigen::Map<Eigen::VectorXf>(t.p, size),
                      Eigen::Map<const Eigen::VectorXf>(t.g, size));
    }
  }
  void step() override { optimizer_.step(parameters_); }

 private:
  et::Parameters<float> parameters_;
  Optimizer optimizer_;
};

template <class Make>
std::unique_ptr<Stepper> stepper(const std::vector<Tensor>& tensors, const Make& make) {
  return std::make_unique<EigentrainStepper<decltype(make())>>(make, tensors);
}

}  // namespace

EXPORTED std::unique_ptr<Stepper> MAKE_EIGENTRAIN(Algorithm algorithm, const AdamSettings& s,
                                                  const std::vector<Tensor>& tensors) {
  const et::AdamOptions adam = {
      .learning_rate = s.learning_rate, .beta1 = s.beta1, .beta2 = s.beta2, .epsilon = s.epsilon};
  const et::AdamWOptions adamw = {.learning_rate = s.learning_rate,
                                  .beta1 = s.beta1,
                                  .beta2 = s.beta2,
                                  .epsilon = s.epsilon,
                                  .weight_decay = s.weight_decay};
  const auto clip = [&] { return et::clip_by_global_norm(s.max_norm); };
  if (algorithm == Algorithm::adam) {
    if (s.clips())
      return stepper(tensors, [&] { return et::chain<float>(clip(), et::adam(adam)); });
    return stepper(tensors, [&] { return et::Adam<float>(adam); });
  }
  if (s.clips())
    return stepper(tensors, [&] { return et::chain<float>(clip(), et::adamw(adamw)); });
  return stepper(tensors, [&] { return et::AdamW<float>(adamw); });
}

}  // namespace bench
